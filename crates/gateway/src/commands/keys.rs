//! `keys`: creates, lists, expires and revokes API keys. A key is shown only when it is created.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use txjobs_store::{AddKeyOutcome, KeyEntry, NewKey, Scopes};

use crate::args::{CreateKeyArgs, DatabaseArgs, ExpireKeyArgs, KeyArgs, KeysCommand};
use crate::clock::{Micros, timestamp};
use crate::config::Config;
use crate::database::open_beside_gateway;
use crate::expiry::Expiry;
use crate::key;
use crate::output::{note, print_table};

/// Runs a command for API keys. `program` is the name of the program, and `load` reads its configuration.
///
/// # Errors
///
/// Fails with a sentence that names the cause and the remedy.
pub async fn run(
    command: KeysCommand,
    program: &str,
    load: impl FnOnce(&Path) -> Result<Config>,
) -> Result<()> {
    match command {
        KeysCommand::Create(arguments) => create(arguments, load).await,
        KeysCommand::List(arguments) => list(&arguments, program).await,
        KeysCommand::Expire(arguments) => expire(&arguments, program).await,
        KeysCommand::Revoke(arguments) => revoke(&arguments, program).await,
    }
}

async fn create(arguments: CreateKeyArgs, load: impl FnOnce(&Path) -> Result<Config>) -> Result<()> {
    let CreateKeyArgs { key: KeyArgs { database, organization, name }, scopes, expires } = arguments;
    let store = open_beside_gateway(&database.store.database).await?;
    let now = store.time().await?;
    let expires_at = expires.map(|expiry| expiry.time(now));
    if let Some(time) = expires_at {
        ensure!(time > now, "{} is in the past. Name a later date with --expires.", timestamp(time));
    }
    let id = match store.organization_id(&organization).await? {
        Some(id) => id,
        None => {
            ensure_declared(&load(&database.config.config)?, &organization)?;
            store.ensure_organization(&organization).await?
        }
    };
    let key = key::generate().context("The operating system provided no random bytes")?;
    let hash = key::hash(key.expose());
    let scopes = if scopes.is_empty() { Scopes::ALL } else { scopes.into_iter().collect() };
    let new = NewKey { name: &name, hash: &hash, scopes, created_at: now, expires_at };
    let added = store.add_key(id, new).await?;
    store.close().await;
    match added {
        AddKeyOutcome::Added => {}
        AddKeyOutcome::NameTaken => {
            bail!(
                "\"{organization}\" has a key named \"{name}\". Choose another name, or revoke that key first."
            )
        }
        AddKeyOutcome::LimitReached => {
            bail!(
                "\"{organization}\" has {} keys, which is the maximum. Revoke one first.",
                txjobs_store::MAX_KEYS
            )
        }
    }
    note(&format!(
        "The key \"{name}\" of \"{organization}\". It is shown only now; only its hash is stored."
    ));
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", key.expose()).and_then(|()| out.flush()).with_context(|| {
        format!("The key \"{name}\" was created and could not be written to standard output. Revoke it and create another one")
    })
}

fn ensure_declared(config: &Config, organization: &str) -> Result<()> {
    if config.organizations.iter().any(|o| o.name == organization) {
        return Ok(());
    }
    let known: Vec<_> = config.organizations.iter().map(|o| format!("\"{}\"", o.name)).collect();
    bail!(
        "There is no organization \"{organization}\" in the configuration. Its organizations: {}.",
        known.join(", ")
    )
}

async fn list(arguments: &DatabaseArgs, program: &str) -> Result<()> {
    let store = open_beside_gateway(&arguments.store.database).await?;
    let keys = store.keys().await?;
    let now = store.time().await?;
    store.close().await;
    if keys.is_empty() {
        note(&format!(
            "There are no keys. Create one: {program} keys create --organization NAME --name LABEL"
        ));
    }
    let header = ["organization", "name", "created", "scopes", "expires", "last used", "state"];
    print_table(header, &keys.iter().map(|key| row(key, now)).collect::<Vec<_>>())
}

/// Returns the columns of a key.
fn row(key: &KeyEntry, now: Micros) -> [String; 7] {
    let time_or_never =
        |time: Option<Micros>| time.map_or_else(|| "never".to_owned(), |time| timestamp(time).to_string());
    let state = match key.expires_at {
        Some(time) if time <= now => "expired",
        _ if !key.is_active => "refused until a gateway serves the organization",
        _ => "valid",
    };
    [
        key.organization.clone(),
        key.name.clone(),
        timestamp(key.created_at).to_string(),
        key.scopes.names().join(","),
        time_or_never(key.expires_at),
        time_or_never(key.last_used_at),
        state.to_owned(),
    ]
}

async fn expire(arguments: &ExpireKeyArgs, program: &str) -> Result<()> {
    let ExpireKeyArgs { key: KeyArgs { database, organization, name }, expiry } = arguments;
    let store = open_beside_gateway(&database.store.database).await?;
    let now = store.time().await?;
    let expires_at = match (expiry.validity, expiry.at) {
        (Some(validity), _) => Some(Expiry::In(validity).time(now)),
        (None, Some(time)) => Some(time),
        (None, None) => expiry.now.then_some(now),
    };
    let is_changed = store.expire_key(organization, name, expires_at).await?;
    store.close().await;
    if !is_changed {
        return unknown_key(organization, name, program);
    }
    note(&match expires_at {
        None => format!("The key \"{name}\" of \"{organization}\" does not expire."),
        Some(time) if time <= now => {
            format!("The key \"{name}\" of \"{organization}\" has expired. Revoke it to delete it.")
        }
        Some(time) => format!("The key \"{name}\" of \"{organization}\" expires at {}.", timestamp(time)),
    });
    Ok(())
}

fn unknown_key(organization: &str, name: &str, program: &str) -> Result<()> {
    bail!("\"{organization}\" has no key named \"{name}\". List the keys: {program} keys list")
}

async fn revoke(arguments: &KeyArgs, program: &str) -> Result<()> {
    let KeyArgs { database, organization, name } = arguments;
    let store = open_beside_gateway(&database.store.database).await?;
    let revoked = store.revoke_key(organization, name).await?;
    store.close().await;
    if !revoked {
        return unknown_key(organization, name, program);
    }
    note(&format!("The key \"{name}\" of \"{organization}\" is revoked."));
    Ok(())
}
