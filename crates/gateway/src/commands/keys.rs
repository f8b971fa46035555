//! `keys`: the only place where a key is ever shown.

use std::io::Write;

use anyhow::{Context, Result, bail};

use super::{NewKey, Place, clock, note, print};
use crate::clock::timestamp;
use crate::config::Config;
use crate::key;
use txjobs_store::AddKeyOutcome;

pub(super) async fn create(arguments: NewKey) -> Result<()> {
    let NewKey { place, organization, name } = arguments;
    let store = place.open_store().await?;
    let id = match store.organization_id(&organization).await? {
        Some(id) => id,
        None => {
            ensure_declared(&place.load_config(false)?, &organization)?;
            store.ensure_organization(&organization).await?
        }
    };
    let key = key::mint().context("The operating system gave no random bytes")?;
    let added = store.add_key(id, &name, &key::hash(key.expose()), clock().now()).await?;
    store.close().await;
    match added {
        AddKeyOutcome::Added => {}
        AddKeyOutcome::NameTaken => {
            bail!(
                "\"{organization}\" has a key named \"{name}\". Choose another name, or revoke that key first."
            )
        }
        AddKeyOutcome::LimitReached => {
            bail!("\"{organization}\" has {} keys, which is all. Revoke one first.", txjobs_store::MAX_KEYS)
        }
    }
    note(&format!("The key \"{name}\" of \"{organization}\". It is shown this once; only its hash is kept."));
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
    bail!("There is no organization \"{organization}\" in the configuration. There is: {}.", known.join(", "))
}

pub(super) async fn list(place: Place) -> Result<()> {
    let store = place.open_store().await?;
    let keys = store.keys().await?;
    store.close().await;
    let mut lines = String::new();
    for key in &keys {
        let note = if key.is_active { "" } else { "\t(refused until a gateway serves the organization)" };
        lines.push_str(&format!("{}\t{}\t{}{note}\n", key.organization, key.name, timestamp(key.created_at)));
    }
    if keys.is_empty() {
        note("There are no keys. Make one: txjobs-gateway keys create --organization NAME --name LABEL");
    }
    print(&lines)
}

pub(super) async fn revoke(arguments: NewKey) -> Result<()> {
    let NewKey { place, organization, name } = arguments;
    let store = place.open_store().await?;
    let revoked = store.revoke_key(&organization, &name).await?;
    store.close().await;
    if !revoked {
        bail!("\"{organization}\" has no key named \"{name}\". See: txjobs-gateway keys list");
    }
    note(&format!("The key \"{name}\" of \"{organization}\" is revoked."));
    Ok(())
}
