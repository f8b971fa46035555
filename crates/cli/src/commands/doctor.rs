//! Implements `txjobs doctor`.

use std::{
    fs,
    io::{self, IsTerminal},
    path::Path,
};

use toml_edit::value;
use txjobs_sdk::{ApiKey, ServerAddress};

use super::profile::profile_table;
use crate::{
    args::DoctorArgs,
    doctor::{self, Diagnosis},
    exit::Exit,
    failure::Failure,
    output::Output,
    prompt,
    settings::{self, ServerOptions, Settings, files},
};

pub(crate) async fn run(
    server: &ServerOptions,
    output: &mut Output,
    arguments: &DoctorArgs,
) -> Result<Exit, Failure> {
    let is_report_only = arguments.report.as_deref() == Some(Path::new("-"));
    if is_report_only && !output.is_text() {
        return Err(Failure::Usage(
            "--json and --report - both write to standard output. Use one of them.".to_owned(),
        ));
    }
    let settings = Settings::resolve(server)?;
    let console = settings.console.as_ref().and_then(|console| doctor::parse_origin(&console.value).ok());
    let examined = doctor::Settings {
        domain: settings.domain.value.clone(),
        key_header: settings.key_header.value.clone(),
        key: read_key(server, &settings).await?,
        origin: arguments.origin.clone().or(console),
        timeout: arguments.timeout,
    };
    let diagnosis =
        doctor::diagnose(&examined, &mut |step| output.show_brief_progress(&format!("{step}..."))).await;
    output.clear_progress();
    let report = arguments
        .report
        .as_deref()
        .map(|file| (file, doctor::write_report(&diagnosis, arguments.include_host)));
    if is_report_only {
        for line in report.iter().flat_map(|(_, report)| report.lines()) {
            output.write_text(line)?;
        }
        return Ok(diagnosis.exit());
    }
    if output.is_text() {
        for line in doctor::lines(&diagnosis) {
            output.write_data_line(&line)?;
        }
    } else {
        output.write_json(&diagnosis)?;
    }
    if let Some((file, report)) = report {
        let written = fs::write(file, report);
        written.map_err(|error| {
            Failure::System(format!("The report cannot be written to {}: {error}.", file.display()))
        })?;
        output.write_note(&format!("The report is in {}. It states what it contains.", file.display()));
    }
    offer_to_store(output, &settings, &diagnosis).await?;
    Ok(diagnosis.exit())
}

/// Returns the key and its source, or the reason why it is not sent, which is a finding and not a failure.
async fn read_key(
    server: &ServerOptions,
    settings: &Settings,
) -> Result<Result<(ApiKey, String), String>, Failure> {
    if let Err(failure) = settings.check_trust() {
        return Ok(Err(failure.to_string()));
    }
    let is_cleartext =
        ServerAddress::parse(&settings.domain.value).is_ok_and(|address| address.is_cleartext());
    if is_cleartext && !settings.insecure_http.value {
        return Ok(Err(
            "The key is not sent without encryption. Use https://, or allow it with --insecure-http."
                .to_owned(),
        ));
    }
    let source = settings::find_key_source(settings, server.key_input())?;
    match settings::read_key(settings, server.key_input()).await {
        Ok(found) => Ok(Ok((found.key, format!("the {source}")))),
        Err(Failure::Usage(problem)) => Ok(Err(problem)),
        Err(failure) => Err(failure),
    }
}

/// Offers to store the recommended settings in the profile that was used, if a person can answer.
async fn offer_to_store(
    output: &mut Output,
    settings: &Settings,
    diagnosis: &Diagnosis,
) -> Result<(), Failure> {
    let Some(profile) = &settings.profile else { return Ok(()) };
    let changes = diagnosis.recommendation.settings();
    let is_interactive = io::stdin().is_terminal() && io::stderr().is_terminal() && output.is_text();
    if changes.is_empty() || !is_interactive {
        return Ok(());
    }
    let name = &profile.value;
    if prompt::confirm(output, &format!("Store these settings in the profile {name}?")).await? {
        let path = files::edit(|document| {
            let profile = profile_table(document, name);
            for (key, text) in &changes {
                // The only setting that is not a text.
                profile.insert(key, text.parse::<bool>().map_or_else(|_| value(text.as_str()), value));
            }
            Ok(())
        })?;
        output.write_note(&format!("Changed the profile {name} in {}", path.display()));
    }
    Ok(())
}
