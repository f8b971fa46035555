//! `serve`: the contract at an address, and the runner behind it.

use std::env::VarError;
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use tokio::net::TcpListener;
use txjobs_sdk::ApiKey;

use super::{Serve, clock};
use crate::admin::Guard;
use crate::config::Config;
use crate::contract::{Gateway, Lists};
use crate::emulator::{Emulator, Switch, Wires};
use crate::key;
use crate::runner::{self, Control, Runner, Stop};
use crate::server::{self, Front};
use crate::store::Store;

/// Gives the token of `/admin`. The runner passes no variable of this beginning on.
const ADMIN_TOKEN: &str = "TXJOBS_ADMIN_TOKEN";
const SHORTEST_TOKEN: usize = 16;
// How long answers under way may take once the gateway is to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
// How long killed processes may take to be seen dead when nobody wants to wait.
const LAST_MOMENT: Duration = Duration::from_secs(1);

pub(super) async fn run(arguments: Serve) -> Result<()> {
    let Serve { place, listen, console, demo, admin, admin_remote, concurrency } = arguments;
    ensure!(
        !demo || listen.ip().is_loopback(),
        "--demo gives its key to everybody who reaches {listen}, so it serves loopback addresses only. \
         Leave --demo out, or listen on 127.0.0.1."
    );
    ensure!(
        !admin || admin_remote || listen.ip().is_loopback(),
        "--admin lets whoever has its token change everything, so it serves loopback addresses only. \
         Listen on 127.0.0.1, or say --admin-remote."
    );
    let token = if admin { Some(admin_token()?) } else { None };
    if let Some(directory) = &console {
        let index = directory.join("index.html");
        ensure!(
            index.is_file(),
            "The console's folder {} has no index.html. Build the console first.",
            directory.display()
        );
    }
    if !listen.ip().is_loopback() {
        tracing::warn!(
            "{listen} is reachable by others and speaks plain HTTP: put a proxy with TLS in front of it"
        );
    }

    // Everything that can be refused comes before anything that changes the store.
    let listener = bind(listen).await?;
    let address = listener.local_addr()?;
    let (config, store, lock) = place.open_alone(admin).await?;
    ensure!(
        !demo || !config.organisations.is_empty(),
        "--demo needs an organisation for its key. Name a configuration with --config."
    );
    let declared = store.declare(&config.organisations).await;
    declared.context("The jobs of the configuration could not be written to the database")?;
    let clock = clock();
    runner::recover(&store, &clock).await.context("The runs of before could not be brought to an end")?;
    let demo_key = match demo {
        true => Some(demo_key(&config, &store).await?),
        false => None,
    };

    let stop = Stop::default();
    let control = Control::default();
    let works = config.jobs().map(|(_, job)| (job.id, job.work.clone())).collect();
    let runner =
        Runner::new(store.clone(), clock.clone(), control.clone(), works, concurrency.into(), stop.clone());
    let name = match demo {
        true => config.organisations[0].name.clone(),
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
    let service = server::router(gateway, front);

    on_signals(&stop)?;
    announce(address, demo_key.as_ref(), token.as_ref());
    let soon = stop.soon.clone();
    let service = service.into_make_service_with_connect_info::<Switch>();
    let answers =
        axum::serve(Wires(listener), service).with_graceful_shutdown(soon.clone().cancelled_owned());
    let answers = async {
        tokio::select! {
            result = answers => result,
            () = async { soon.cancelled().await; tokio::time::sleep(LAST_ANSWERS).await } => Ok(()),
        }
    };
    let everything = async { tokio::join!(answers, runner.work()) };
    tokio::select! {
        (answered, ()) = everything => answered?,
        () = async { stop.now.cancelled().await; tokio::time::sleep(LAST_MOMENT).await } => {}
    }
    store.close().await;
    drop(lock);
    Ok(())
}

async fn bind(listen: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(listen).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "{listen} is in use by another program. Stop that one, or choose another port with --listen \
             (port 0 takes a free one)."
        ),
        _ => anyhow!("{listen} cannot be listened on: {error}. Choose another address with --listen."),
    })
}

async fn demo_key(config: &Config, store: &Store) -> Result<ApiKey> {
    let name = &config.organisations[0].name;
    let organisation = store.organisation(name).await?.context("The store lost an organisation")?;
    let key = key::mint().context("The operating system gave no random bytes")?;
    store.offer_demo_key(organisation, key::hash(key.expose()));
    Ok(key)
}

/// The token of `/admin`: the one that was given, or a new one.
fn admin_token() -> Result<ApiKey> {
    match std::env::var(ADMIN_TOKEN) {
        Ok(given) => {
            ensure!(
                given.trim().len() >= SHORTEST_TOKEN,
                "{ADMIN_TOKEN} is too short for a token: give at least {SHORTEST_TOKEN} characters, or leave it out for a new one."
            );
            ApiKey::new(given.trim()).with_context(|| format!("{ADMIN_TOKEN} cannot be sent in a header"))
        }
        Err(VarError::NotPresent) => key::mint_token().context("The operating system gave no random bytes"),
        Err(VarError::NotUnicode(_)) => bail!("{ADMIN_TOKEN} is no text."),
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

/// The first signal is a wish, the second one is an order.
fn on_signals(stop: &Stop) -> Result<()> {
    let mut signals = Signals::new().context("Signals cannot be received")?;
    let stop = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        tracing::info!("stopping: what runs is ended. Once more ends it at once");
        stop.soon.cancel();
        signals.next().await;
        stop.now.cancel();
    });
    Ok(())
}

#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
