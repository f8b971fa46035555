//! `cargo xtask demo`: starts a gateway with the jobs of an example warehouse, and the console.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, ExitCode},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::{
    console,
    gateway::Gateway,
    process::{self, cargo, program},
    setup,
};

const HELP: &str = "\
Builds the gateway and the console, starts them with the jobs of an example warehouse, and opens the console.
Ctrl-C stops them. Each demo starts with the same history.

Usage: cargo xtask demo [--port N] [--no-open]

Options:
  --port N    Use this port instead of 8400, or of any free port if 8400 is in use
  --no-open   Do not open a browser";

const CONFIG: &str = "xtask/demo/warehouse.toml";
const DATA: &str = "target/demo-data";
const DATABASE: &str = "target/demo-data/demo.db";
const GATEWAY: &str = "target/demo/txjobs-gateway";
/// The default port of the gateway, which the console and the command line suggest.
const PORT: u16 = 8400;

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let (mut port, mut open_browser) = (None, true);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => {
                println!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            Long("port") => port = Some(arguments.value()?.parse()?),
            Long("no-open") => open_browser = false,
            other => return Err(other.unexpected().into()),
        }
    }
    build()?;
    seed()?;
    serve(port.unwrap_or_else(default_port), open_browser)
}

/// Builds the gateway while the tools of the console are built: each of them has moments at which one core waits.
fn build() -> Result<()> {
    thread::scope(|scope| {
        let gateway = scope.spawn(|| {
            eprintln!("demo: building the gateway (about two minutes the first time)");
            process::run(&mut cargo("build --profile demo --package txjobs-gateway"))
        });
        let tools = setup::install_build_tools()?;
        // cargo locks the target folder, so the console waits for the gateway.
        gateway.join().ok().context("the thread that builds the gateway panicked")??;
        eprintln!("demo: building the console (about two minutes the first time)");
        console::build(&tools)
    })
}

fn seed() -> Result<()> {
    if Path::new(DATA).exists() {
        fs::remove_dir_all(DATA)
            .with_context(|| format!("cannot remove {DATA}: another demo may be running"))?;
    }
    fs::create_dir_all(DATA)?;
    eprintln!("demo: writing a history of runs");
    process::run(&mut gateway(&format!("seed --config {CONFIG} --database {DATABASE} --days 14 --number 1")))
}

fn gateway(arguments: &str) -> Command {
    program(format!("{GATEWAY}{}", std::env::consts::EXE_SUFFIX), arguments)
}

fn serve(port: u16, open_browser: bool) -> Result<ExitCode> {
    let (sender, interrupts) = mpsc::channel();
    ctrlc::set_handler(move || {
        // The receiver no longer exists while the gateway stops.
        let _ = sender.send(());
    })?;
    let mut server = Gateway::start(&mut gateway(&format!(
        "serve --demo --config {CONFIG} --database {DATABASE} --console {} --listen 127.0.0.1:{port}",
        console::DIST
    )))?;
    announce(&server, open_browser);
    while interrupts.recv_timeout(Duration::from_millis(500)).is_err() {
        if let Some(status) = server.exit_status()? {
            bail!("the gateway stopped ({status}); its messages are above");
        }
    }
    eprintln!("demo: stopping the gateway");
    server.stop()?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the default port, or 0 for any port if it is in use.
fn default_port() -> u16 {
    if TcpListener::bind(("127.0.0.1", PORT)).is_ok() { PORT } else { 0 }
}

/// Prints the address and the key, and opens the console.
fn announce(server: &Gateway, open_browser: bool) {
    let Gateway { address, key, .. } = server;
    println!("\n  Console  {address}/\n  API      {address}/public/jobs\n  Key      {key}\n");
    println!("  Command line:");
    println!("    export TXJOBS_DOMAIN={address} TXJOBS_API_KEY={key}");
    println!("    cargo run --quiet --package txjobs -- run 'Sales prepare'\n");
    println!("Ctrl-C stops the demo.");
    if open_browser && let Err(error) = open::that_detached(format!("{address}/")) {
        eprintln!("demo: cannot open a browser ({error}); open the console's address yourself");
    }
}
