//! Implements `txjobs login`.

use std::io::{self, IsTerminal};

use toml_edit::value;
use txjobs_sdk::{Client, Error, paths};

use super::profile::{check_name, profile_table};
use crate::{
    exit::Exit,
    failure::Failure,
    output::{Output, text},
    prompt, session,
    settings::{self, KeyStore, ServerOptions, Settings, Source, StoredKey, files},
};

pub(crate) async fn run(
    output: &mut Output,
    server: &ServerOptions,
    key_store: KeyStore,
    console: Option<String>,
    is_checked: bool,
) -> Result<Exit, Failure> {
    let file = files::load()?;
    let mut settings = Settings::resolve_for_login(server)?;
    if settings.domain.source == Source::Default {
        settings.domain.value = ask_for_domain(output, &settings.domain.value).await?;
    }
    let base_url = settings.base_url()?;
    let name = match &server.profile {
        Some(name) => name.clone(),
        None => name_for(&base_url, &file),
    };
    check_name(&name)?;
    let key = settings::read_new_key(server.key_stdin).await?;
    let secret = key.expose().to_owned();
    let client =
        Client::builder(base_url.clone(), key).key_header(settings.key_header.value.clone()).build()?;
    session::check_encryption(&client, &settings, output)?;
    if is_checked {
        output.show_brief_progress(&format!("Checking the key with {base_url}"));
        let jobs = client.list_jobs().send().await.map_err(|e| Error::from_client(&paths::LIST_JOBS, e))?;
        output.clear_progress();
        output
            .write_note(&format!("The server accepted the key. It has {}.", text::count(jobs.len(), "job")));
    }
    let place = StoredKey::new(key_store, &name, &base_url);
    prompt::run_blocking(move || settings::store_key(&place, &secret)).await?;
    let is_first = file.profiles.is_empty();
    let path = files::edit(|document| {
        let profile = profile_table(document, &name);
        profile.insert("domain", value(&base_url));
        profile.insert("key", value(key_store.name()));
        if settings.key_header.value != paths::API_KEY_HEADER {
            profile.insert("key_header", value(&settings.key_header.value));
        }
        if settings.insecure_http.value {
            profile.insert("insecure_http", value(true));
        }
        if let Some(console) = &console {
            profile.insert("console", value(console));
        }
        if is_first {
            document["default_profile"] = value(&name);
        }
        Ok(())
    })?;
    output.write_note(&format!("Stored the profile {name} in {}", path.display()));
    let is_default = is_first || file.default_profile.as_ref() == Some(&name);
    output.write_note(&if is_default {
        "It is the default. To list the jobs: txjobs jobs".to_owned()
    } else {
        format!("To list the jobs: txjobs jobs --profile {name}. To make it the default: txjobs profile use {name}")
    });
    Ok(Exit::Completed)
}

async fn ask_for_domain(output: &mut Output, proposed: &str) -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        return Ok(proposed.to_owned());
    }
    let answer = prompt::ask(output, &format!("Domain [{proposed}]: ")).await?;
    Ok(if answer.is_empty() { proposed.to_owned() } else { answer })
}

/// Returns a name for a new profile: that of the profile with the same server, or the host.
fn name_for(base_url: &str, file: &files::UserFile) -> String {
    let same = file.profiles.iter().find(|(_, values)| {
        values.domain.as_deref().and_then(|domain| settings::base_url(domain).ok()).as_deref()
            == Some(base_url)
    });
    if let Some((name, _)) = same {
        return name.clone();
    }
    let host = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    host.chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '-' })
        .take(64)
        .collect()
}
