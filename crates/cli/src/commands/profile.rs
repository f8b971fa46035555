//! Implements `txjobs profile`.

use reqwest::header::HeaderName;
use serde::Serialize;
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use crate::{
    args::ProfileCommand,
    exit::Exit,
    failure::Failure,
    output::{Cell, Column, Output},
    prompt,
    settings::{self, ServerOptions, Setting, Settings, StoredKey, files},
};

const LIST_COLUMNS: [Column; 4] =
    [Column::new("NAME", 0), Column::shrinking("DOMAIN"), Column::new("KEY", 1), Column::new("DEFAULT", 2)];
const SHOW_COLUMNS: [Column; 3] =
    [Column::new("SETTING", 0), Column::shrinking("VALUE"), Column::new("SOURCE", 1)];

pub(crate) async fn run(
    output: &mut Output,
    server: &ServerOptions,
    command: ProfileCommand,
) -> Result<Exit, Failure> {
    match command {
        ProfileCommand::List => list(output)?,
        ProfileCommand::Show => show(output, server)?,
        ProfileCommand::Use { name } => {
            check_exists(&name)?;
            files::edit(|document| {
                document["default_profile"] = value(&name);
                Ok(())
            })?;
            output.write_note(&format!("The default profile is now {name}."));
        }
        ProfileCommand::Set { name, values } => set(output, &name, &values)?,
        ProfileCommand::Remove { name, yes } => remove(output, &name, yes).await?,
    }
    Ok(Exit::Completed)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed<'a> {
    name: &'a str,
    domain: Option<&'a str>,
    key_store: Option<settings::KeyStore>,
    is_default: bool,
}

fn list(output: &mut Output) -> Result<(), Failure> {
    let file = files::load()?;
    let profiles: Vec<_> = file
        .profiles
        .iter()
        .map(|(name, values)| Listed {
            name,
            domain: values.domain.as_deref(),
            key_store: values.key,
            is_default: file.default_profile.as_ref() == Some(name),
        })
        .collect();
    if output.is_json_document() {
        return output.write_json(&profiles);
    }
    if !output.is_text() {
        return profiles.iter().try_for_each(|profile| output.write_json(profile));
    }
    if profiles.is_empty() {
        output.write_note(files::NO_PROFILES);
        return Ok(());
    }
    let row = |profile: &Listed<'_>| {
        vec![
            Cell::plain(profile.name),
            output.text_cell(profile.domain.unwrap_or("-")),
            Cell::plain(profile.key_store.map_or("-", settings::KeyStore::name)),
            Cell::plain(if profile.is_default { "yes" } else { "" }),
        ]
    };
    let rows: Vec<_> = profiles.iter().map(row).collect();
    output.write_table(&LIST_COLUMNS, &rows)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    setting: &'static str,
    value: Option<String>,
    source: String,
}

/// Shows each setting with its source. The key itself is never shown.
fn show(output: &mut Output, server: &ServerOptions) -> Result<(), Failure> {
    let settings = Settings::resolve(server)?;
    let key_source = settings::find_key_source(&settings, server.key_input())?;
    let shown = vec![
        shown("profile", settings.profile.as_ref()),
        shown("domain", Some(&settings.domain)),
        shown("key_header", Some(&settings.key_header)),
        shown("insecure_http", Some(&settings.insecure_http)),
        shown("console", settings.console.as_ref()),
        Shown { setting: "key", value: None, source: key_source.to_string() },
    ];
    if output.is_json_document() {
        return output.write_json(&shown);
    }
    if !output.is_text() {
        return shown.iter().try_for_each(|setting| output.write_json(setting));
    }
    let row = |shown: &Shown| {
        vec![
            Cell::plain(shown.setting),
            output.text_cell(shown.value.as_deref().unwrap_or("-")),
            output.text_cell(&shown.source),
        ]
    };
    let rows: Vec<_> = shown.iter().map(row).collect();
    output.write_table(&SHOW_COLUMNS, &rows)?;
    if let Some(path) = files::path()? {
        output.write_note(&format!("The profiles are in {}", path.display()));
    }
    Ok(())
}

fn shown<T: ToString>(setting: &'static str, value: Option<&Setting<T>>) -> Shown {
    Shown {
        setting,
        value: value.map(|value| value.value.to_string()),
        source: value.map_or_else(|| "none".to_owned(), |value| value.source.to_string()),
    }
}

fn check_exists(name: &str) -> Result<(), Failure> {
    let file = files::load()?;
    if file.profiles.contains_key(name) {
        return Ok(());
    }
    let known = file.known_profiles();
    Err(Failure::Usage(format!("There is no profile {name:?}. {known}")))
}

/// Changes values of a profile. Creates it if it does not exist.
fn set(output: &mut Output, name: &str, values: &[String]) -> Result<(), Failure> {
    check_name(name)?;
    let is_new = !files::load()?.profiles.contains_key(name);
    let mut changes = Vec::new();
    for pair in values {
        let (key, text) = pair.split_once('=').ok_or_else(|| {
            Failure::Usage(format!("{pair:?} is not a setting. Use NAME=VALUE, such as console=https://..."))
        })?;
        let item = match key {
            _ if text.is_empty() => Item::None,
            "domain" => value(settings::base_url(text)?),
            "key_header" if HeaderName::try_from(text).is_err() => {
                return Err(Failure::Usage(format!("{text:?} is not the name of a request header.")));
            }
            "key_header" => value(text),
            "console" => {
                value(settings::web_address(text).map_err(|problem| {
                    Failure::Usage(format!("The console has no valid address: {problem}"))
                })?)
            }
            "insecure_http" => value(
                text.parse::<bool>()
                    .map_err(|_| Failure::Usage("insecure_http must be true or false".to_owned()))?,
            ),
            _ => {
                return Err(Failure::Usage(format!(
                    "There is no setting {key:?}. The settings are domain, key_header, insecure_http, and console. To store a key: \
                     txjobs login"
                )));
            }
        };
        changes.push((key, item));
    }
    let path = files::edit(|document| {
        let profile = profile_table(document, name);
        for (key, item) in changes {
            if item.is_none() {
                profile.remove(key);
            } else {
                profile.insert(key, item);
            }
        }
        Ok(())
    })?;
    let verb = if is_new { "Created" } else { "Changed" };
    output.write_note(&format!("{verb} the profile {name} in {}", path.display()));
    Ok(())
}

/// Removes a profile and its key. A key that cannot be removed is a warning, so that a broken profile can be removed, too.
async fn remove(output: &mut Output, name: &str, is_confirmed: bool) -> Result<(), Failure> {
    check_exists(name)?;
    let question = format!("Remove the profile {name} and its stored key?");
    if !is_confirmed && !prompt::confirm(output, &question).await? {
        output.write_message("Nothing was removed.");
        return Ok(());
    }
    let file = files::load()?;
    let profile = &file.profiles[name];
    let base_url = profile.domain.as_deref().and_then(|domain| settings::base_url(domain).ok());
    if let Some((store, base_url)) = profile.key.zip(base_url)
        && settings::forget_key(&StoredKey::new(store, name, &base_url)).is_err()
    {
        output.write_warning(&format!(
            "The key for {base_url} could not be removed from the {}.",
            store.name()
        ));
    }
    files::edit(|document| {
        if let Some(profiles) = document.get_mut("profiles").and_then(Item::as_table_like_mut) {
            profiles.remove(name);
        }
        if document.get("default_profile").and_then(Item::as_str) == Some(name) {
            document.remove("default_profile");
        }
        Ok(())
    })?;
    output.write_note(&format!("Removed the profile {name}."));
    Ok(())
}

/// Returns the table of a profile, which it creates if it is missing. Tables may be written inline.
pub(super) fn profile_table<'a>(document: &'a mut DocumentMut, name: &str) -> &'a mut dyn TableLike {
    let profiles = document.entry("profiles").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let profiles = profiles.as_table_like_mut().expect("the file was checked");
    if !profiles.contains_key(name) {
        profiles.insert(name, Item::Table(Table::new()));
    }
    profiles.get_mut(name).and_then(Item::as_table_like_mut).expect("the file was checked")
}

/// Refuses a name that would need quotes in a shell or in the file.
pub(super) fn check_name(name: &str) -> Result<(), Failure> {
    let is_valid = !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if is_valid {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{name:?} cannot be the name of a profile. Use at most 64 letters, digits, hyphens, underscores, and dots."
    )))
}
