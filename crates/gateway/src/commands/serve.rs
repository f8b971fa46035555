//! `serve`: the contract at an address, and the runner behind it.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use txjobs_sdk::ApiKey;

use super::{Connections, Serve, clock, listen, secrets, signals};
use crate::admin::Guard;
use crate::config::Config;
use crate::contract::{Gateway, Lists};
use crate::emulator::{Emulator, Wires};
use crate::key;
use crate::runner::{self, Control, Runner, Stop};
use crate::server::connections::{self, ConnectionLimits};
use crate::server::{self, Front, open_files};
use txjobs_store::Store;

// How long answers under way may take once the gateway is to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
// How long killed processes may take to be seen dead when nobody wants to wait.
const LAST_MOMENT: Duration = Duration::from_secs(1);

pub(super) async fn run(arguments: Serve) -> Result<()> {
    let Serve {
        place,
        listen,
        console,
        demo,
        admin,
        admin_token_stdin,
        admin_remote,
        concurrency,
        connections,
    } = arguments;
    let listen = listen.resolve().await?;
    ensure_allowed(listen, demo, admin && !admin_remote)?;
    let token = if admin { Some(admin_token(admin_token_stdin)?) } else { None };
    if let Some(directory) = &console {
        ensure_console(directory)?;
    }
    if !listen.ip().is_loopback() {
        tracing::warn!(
            "{listen} is reachable by others and speaks plain HTTP: put a proxy with TLS in front of it"
        );
    }

    // Everything that can be refused comes before anything that changes the store.
    let limits = connection_limits(&connections, concurrency)?;
    let listener = listen::bind(listen).await?;
    let address = listener.local_addr()?;
    let (config, store, lock) = place.open_exclusive(admin).await?;
    ensure!(
        !demo || !config.organizations.is_empty(),
        "--demo needs an organization for its key. Name a configuration with --config."
    );
    if admin {
        store.delete_incomplete_seeded().await?;
    }
    let declared = store.declare(&config.declared()).await;
    declared.context("The jobs of the configuration could not be written to the database")?;
    // In the background, because a folder on a file server that does not answer would block the start.
    let checked = config.clone();
    tokio::task::spawn_blocking(move || {
        super::check::start_problems(&checked).iter().for_each(|problem| tracing::warn!("{problem}"));
    });
    let clock = clock();
    let works = config.jobs().map(|(_, job)| (job.id, job.work.clone())).collect();
    runner::recover(&store, &clock, &works)
        .await
        .context("The runs of an earlier gateway could not be ended")?;
    let demo_key = match demo {
        true => Some(demo_key(&config, &store).await?),
        false => None,
    };

    let stop = Stop::default();
    let control = Control::default();
    let runner =
        Runner::new(store.clone(), clock.clone(), control.clone(), works, concurrency.into(), stop.clone());
    let name = match demo {
        true => config.organizations[0].name.clone(),
        false => "Gateway".to_owned(),
    };
    let guard = token.as_ref().map(|token| Guard::new(token, admin_remote));
    let front = Front { name, console, demo_key: demo_key.clone(), admin: guard };
    let emulator = admin.then(|| Emulator::new(clock.clone()));
    let gateway = Gateway {
        store: store.clone(),
        clock,
        runner: control,
        key_header: config.key_header,
        emulator,
        lists: Lists::default(),
    };
    let router = server::router(gateway, front);

    signals::stop_on_signals(&stop)?;
    announce(address, demo_key.as_ref(), token.as_ref());
    let soon = stop.soon.clone();
    let answers = async {
        match admin {
            true => connections::serve(Wires(listener), router, limits, soon.clone()).await,
            false => connections::serve(listener, router, limits, soon.clone()).await,
        }
    };
    let answers = async {
        tokio::select! {
            () = answers => {}
            () = async { soon.cancelled().await; tokio::time::sleep(LAST_ANSWERS).await } => {}
        }
    };
    let everything = async { tokio::join!(answers, runner.work()) };
    tokio::select! {
        ((), ()) = everything => {}
        () = async { stop.now.cancelled().await; tokio::time::sleep(LAST_MOMENT).await } => {}
    }
    store.close().await;
    drop(lock);
    Ok(())
}

/// Fails if the address is not loopback, but the key of the demo or a local `/admin` needs that.
fn ensure_allowed(listen: SocketAddr, demo: bool, local_admin: bool) -> Result<()> {
    ensure!(
        !demo || listen.ip().is_loopback(),
        "--demo gives its key to everybody who reaches {listen}, so it serves loopback addresses only. \
         Leave --demo out, or listen on 127.0.0.1."
    );
    ensure!(
        !local_admin || listen.ip().is_loopback(),
        "--admin lets whoever has its token change everything, so it serves loopback addresses only. \
         Listen on 127.0.0.1, or say --admin-remote."
    );
    Ok(())
}

/// Fails if the folder is not that of a console.
fn ensure_console(directory: &Path) -> Result<()> {
    let index = directory.join("index.html");
    ensure!(
        index.is_file(),
        "The console's folder {} has no index.html. Build the console first.",
        directory.display()
    );
    Ok(())
}

/// Returns the limits of connections, within the limit of open files.
fn connection_limits(connections: &Connections, concurrency: u16) -> Result<ConnectionLimits> {
    Ok(ConnectionLimits {
        max_connections: open_files::max_connections(connections.max_connections, concurrency)?,
        header_timeout: connections.header_timeout,
        body_timeout: connections.body_timeout,
        idle_timeout: connections.idle_timeout,
        write_timeout: connections.write_timeout,
    })
}

async fn demo_key(config: &Config, store: &Store) -> Result<ApiKey> {
    let name = &config.organizations[0].name;
    let organization = store.organization_id(name).await?.context("The store lost an organization")?;
    let key = key::mint().context("The operating system gave no random bytes")?;
    store.accept_demo_key(organization, key::hash(key.expose()));
    Ok(key)
}

/// The token of `/admin`: the one that was given, or a new one.
fn admin_token(is_on_stdin: bool) -> Result<ApiKey> {
    match secrets::given_admin_token(is_on_stdin)? {
        Some(given) => Ok(given),
        None => key::mint_token().context("The operating system gave no random bytes"),
    }
}

/// The lines that other programs read. A reader that has gone is not the gateway's concern.
fn announce(address: SocketAddr, demo_key: Option<&ApiKey>, token: Option<&ApiKey>) {
    let mut lines = format!("listening on http://{address}\n");
    if let Some(key) = demo_key {
        lines.push_str(&format!("demo key: {}\n", key.expose()));
    }
    if let Some(token) = token {
        lines.push_str(&format!("admin token: {}\n", token.expose()));
    }
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
}
