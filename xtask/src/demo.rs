//! `cargo xtask demo`: starts an emulator with the jobs of an example warehouse, and the console.

use std::{fs, net::TcpListener, path::Path, process::ExitCode, sync::mpsc, thread, time::Duration};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::{
    console,
    emulator::{self, Emulator},
    process::{self, cargo, program},
    setup,
};

const HELP: &str = "\
Builds the emulator and the console, starts them with the jobs of an example warehouse, and opens the console.
Ctrl-C stops them. Each demo starts with the same history.

Usage: cargo xtask demo [--port N] [--no-open]

Options:
  --port N    Use this port instead of 8400, or of any free port if 8400 is in use
  --no-open   Do not open a browser";

const CONFIG: &str = "xtask/demo/warehouse.toml";
const DATA: &str = "target/demo-data";
const DATABASE: &str = "target/demo-data/demo.db";
/// The default port, which the console and the command line suggest.
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

/// Builds the emulator and the console at the same time, because the last steps of the console use one core.
fn build() -> Result<()> {
    let tools = setup::install_build_tools()?;
    eprintln!(
        "demo: building the emulator and the console (about five minutes the first time, seconds without changes)"
    );
    thread::scope(|scope| {
        let emulator = scope.spawn(|| process::run(&mut cargo("build --package txjobs-emulator")));
        console::build(&tools)?;
        emulator.join().ok().context("the thread that builds the emulator panicked")?
    })
}

fn seed() -> Result<()> {
    if Path::new(DATA).exists() {
        fs::remove_dir_all(DATA)
            .with_context(|| format!("cannot remove {DATA}: another demo may be running"))?;
    }
    fs::create_dir_all(DATA)?;
    eprintln!("demo: writing a history of runs");
    let arguments = format!("seed --config {CONFIG} --database {DATABASE} --days 14 --number 1");
    process::run(&mut program(emulator::PROGRAM, &arguments))
}

fn serve(port: u16, open_browser: bool) -> Result<ExitCode> {
    let (sender, interrupts) = mpsc::channel();
    ctrlc::set_handler(move || {
        // The receiver no longer exists while the emulator stops.
        let _ = sender.send(());
    })?;
    let arguments = format!(
        "serve --demo --config {CONFIG} --database {DATABASE} --console {} --listen 127.0.0.1:{port}",
        console::DIST
    );
    let mut server = Emulator::start(&mut program(emulator::PROGRAM, &arguments))?;
    announce(&server, open_browser);
    while interrupts.recv_timeout(Duration::from_millis(500)).is_err() {
        if let Some(status) = server.exit_status()? {
            bail!("the emulator stopped ({status}); its messages are above");
        }
    }
    eprintln!("demo: stopping the emulator");
    server.stop()?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the default port, or 0 for any port if it is in use.
fn default_port() -> u16 {
    if TcpListener::bind(("127.0.0.1", PORT)).is_ok() { PORT } else { 0 }
}

/// Prints the address and the key, and opens the console.
fn announce(server: &Emulator, open_browser: bool) {
    let Emulator { address, key, .. } = server;
    println!("\n  Console  {address}/\n  API      {address}/public/jobs\n  Key      {key}\n");
    println!("  Command line:");
    println!("    export TXJOBS_DOMAIN={address} TXJOBS_API_KEY={key}");
    println!("    cargo run --quiet --package txjobs -- run 'Sales prepare'\n");
    println!("Ctrl-C stops the demo.");
    if open_browser && let Err(error) = open::that_detached(format!("{address}/")) {
        eprintln!("demo: cannot open a browser ({error}); open the console's address yourself");
    }
}
