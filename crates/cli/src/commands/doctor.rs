//! Implements `txjobs doctor`.

use std::{fs, path::Path};

use txjobs_sdk::{ApiKey, paths};

use crate::{
    api_key::{self, KEY_VARIABLE},
    args::{DOMAIN_VARIABLE, DoctorArgs, KEY_HEADER_VARIABLE, ServerArgs},
    doctor::{self, Settings},
    environment,
    failure::{Exit, Failure},
    output::Output,
};

pub(crate) async fn run(
    server: &ServerArgs,
    output: &mut Output,
    arguments: &DoctorArgs,
) -> Result<Exit, Failure> {
    let is_report_only = arguments.report.as_deref() == Some(Path::new("-"));
    if is_report_only && output.is_json() {
        return Err(Failure::Usage(
            "--json and --report - both write to standard output. Use one of them.".to_owned(),
        ));
    }
    let setting = |option: &Option<String>, variable, default: &str| -> Result<String, Failure> {
        let value =
            option.clone().map_or_else(|| environment::variable(variable), |value| Ok(Some(value)))?;
        Ok(value.unwrap_or_else(|| default.to_owned()))
    };
    let settings = Settings {
        domain: setting(&server.domain, DOMAIN_VARIABLE, paths::LOCAL_GATEWAY_URL)?,
        key_header: setting(&server.key_header, KEY_HEADER_VARIABLE, paths::API_KEY_HEADER)?,
        key: read_key(server).await?,
        origin: arguments.origin.clone(),
        timeout: arguments.timeout,
    };
    let diagnosis = doctor::diagnose(&settings, &mut |step| output.show_progress(format!("{step}..."))).await;
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
    if output.is_json() {
        output.write_json(&diagnosis)?;
    } else {
        for line in doctor::lines(&diagnosis) {
            output.write_line(&line)?;
        }
    }
    if let Some((file, report)) = report {
        let written = fs::write(file, report);
        written.map_err(|error| {
            Failure::System(format!("The report cannot be written to {}: {error}.", file.display()))
        })?;
        output.write_note(&format!("The report is in {}. It states what it contains.", file.display()));
    }
    Ok(diagnosis.exit())
}

/// Returns the key and its source, or the reason why there is none, which is a finding and not a failure.
async fn read_key(server: &ServerArgs) -> Result<Result<(ApiKey, &'static str), String>, Failure> {
    let source = if server.key_stdin {
        "standard input"
    } else if environment::variable(KEY_VARIABLE)?.is_some() {
        "the environment variable TXJOBS_API_KEY"
    } else {
        "the prompt"
    };
    match api_key::read(server.key_stdin).await {
        Ok(key) => Ok(Ok((key, source))),
        Err(Failure::Usage(problem)) => Ok(Err(problem)),
        Err(failure) => Err(failure),
    }
}
