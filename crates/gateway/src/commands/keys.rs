//! `keys`: the only place where a key is ever shown.

use anyhow::{Context, Result, bail};

use super::{NewKey, Place, clock};
use crate::clock::timestamp;
use crate::config::Config;
use crate::key;
use crate::store::AddKey;

pub(super) async fn create(arguments: NewKey) -> Result<()> {
    let NewKey { place, organisation, name } = arguments;
    let store = place.open_store().await?;
    let id = match store.organisation(&organisation).await? {
        Some(id) => id,
        None => {
            ensure_declared(&place.load_config(false)?, &organisation)?;
            store.add_organisation(&organisation).await?
        }
    };
    let key = key::mint().context("The operating system gave no random bytes")?;
    let added = store.add_key(id, &name, &key::hash(key.expose()), clock().now()).await?;
    store.close().await;
    match added {
        AddKey::Added => {}
        AddKey::NameTaken => {
            bail!(
                "\"{organisation}\" has a key named \"{name}\". Choose another name, or revoke that key first."
            )
        }
        AddKey::TooMany => {
            bail!("\"{organisation}\" has {} keys, which is all. Revoke one first.", key::PER_ORGANISATION)
        }
    }
    eprintln!("The key \"{name}\" of \"{organisation}\". It is shown this once; only its hash is kept.");
    println!("{}", key.expose());
    Ok(())
}

fn ensure_declared(config: &Config, organisation: &str) -> Result<()> {
    if config.organisations.iter().any(|o| o.name == organisation) {
        return Ok(());
    }
    let known: Vec<_> = config.organisations.iter().map(|o| format!("\"{}\"", o.name)).collect();
    bail!("There is no organisation \"{organisation}\" in the configuration. There is: {}.", known.join(", "))
}

pub(super) async fn list(place: Place) -> Result<()> {
    let store = place.open_store().await?;
    let keys = store.keys().await?;
    store.close().await;
    for key in &keys {
        let note = if key.declared { "" } else { "\t(refused until a gateway serves the organization)" };
        println!("{}\t{}\t{}{note}", key.organisation, key.name, timestamp(key.created_at));
    }
    if keys.is_empty() {
        eprintln!("There are no keys. Make one: txjobs-gateway keys create --organisation NAME --name LABEL");
    }
    Ok(())
}

pub(super) async fn revoke(arguments: NewKey) -> Result<()> {
    let NewKey { place, organisation, name } = arguments;
    let store = place.open_store().await?;
    let revoked = store.revoke_key(&organisation, &name).await?;
    store.close().await;
    if !revoked {
        bail!("\"{organisation}\" has no key named \"{name}\". See: txjobs-gateway keys list");
    }
    eprintln!("The key \"{name}\" of \"{organisation}\" is revoked.");
    Ok(())
}
