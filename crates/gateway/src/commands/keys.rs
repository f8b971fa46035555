//! `keys`: creates, lists and revokes API keys. A key is shown only when it is created.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use txjobs_store::{AddKeyOutcome, NewKey, Scopes};

use crate::args::{DatabaseArgs, KeyArgs, KeysCommand};
use crate::clock::{system_time, timestamp};
use crate::config::Config;
use crate::database::open_beside_gateway;
use crate::key;
use crate::output::{note, print};

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
        KeysCommand::Revoke(arguments) => revoke(&arguments, program).await,
    }
}

async fn create(arguments: KeyArgs, load: impl FnOnce(&Path) -> Result<Config>) -> Result<()> {
    let KeyArgs { database, organization, name } = arguments;
    let store = open_beside_gateway(&database.database).await?;
    let id = match store.organization_id(&organization).await? {
        Some(id) => id,
        None => {
            ensure_declared(&load(&database.config.config)?, &organization)?;
            store.ensure_organization(&organization).await?
        }
    };
    let key = key::generate().context("The operating system provided no random bytes")?;
    let hash = key::hash(key.expose());
    let new =
        NewKey { name: &name, hash: &hash, scopes: Scopes::ALL, created_at: system_time(), expires_at: None };
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
    let store = open_beside_gateway(&arguments.database).await?;
    let keys = store.keys().await?;
    store.close().await;
    let mut lines = String::new();
    for key in &keys {
        let note = if key.is_active { "" } else { "\t(refused until a gateway serves the organization)" };
        lines.push_str(&format!("{}\t{}\t{}{note}\n", key.organization, key.name, timestamp(key.created_at)));
    }
    if keys.is_empty() {
        note(&format!(
            "There are no keys. Create one: {program} keys create --organization NAME --name LABEL"
        ));
    }
    print(&lines)
}

async fn revoke(arguments: &KeyArgs, program: &str) -> Result<()> {
    let KeyArgs { database, organization, name } = arguments;
    let store = open_beside_gateway(&database.database).await?;
    let revoked = store.revoke_key(organization, name).await?;
    store.close().await;
    if !revoked {
        bail!("\"{organization}\" has no key named \"{name}\". List the keys: {program} keys list");
    }
    note(&format!("The key \"{name}\" of \"{organization}\" is revoked."));
    Ok(())
}
