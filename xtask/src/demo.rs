//! `cargo xtask demo`: a gateway with the jobs of an imagined warehouse, and the console in front of it.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, ExitCode},
    sync::mpsc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::{
    console,
    gateway::Gateway,
    run::{self, cargo},
    setup,
};

const CONFIG: &str = "xtask/demo/warehouse.toml";
const DATA: &str = "target/demo-data";
const GATEWAY: &str = "target/demo/txjobs-emulator";
/// The usual port of a gateway, which the console and the command line expect.
const PORT: u16 = 8400;

pub(crate) struct Options {
    port: Option<u16>,
    open: bool,
}

impl Options {
    pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut options = Self { port: None, open: true };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("port") => options.port = Some(arguments.value()?.parse()?),
                Long("no-open") => options.open = false,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

pub(crate) fn run(options: Options) -> Result<ExitCode> {
    let tools = setup::for_building()?;
    eprintln!("demo: building the console (about two minutes the first time)");
    console::build(&tools)?;
    eprintln!("demo: building the gateway (about two minutes the first time)");
    run::run(cargo().args(["build", "--profile", "demo", "--package", "txjobs-emulator"]))?;

    // Each demo begins with the same history.
    if Path::new(DATA).exists() {
        fs::remove_dir_all(DATA).with_context(|| format!("cannot empty {DATA}: is another demo running?"))?;
    }
    fs::create_dir_all(DATA)?;
    eprintln!("demo: writing a history of past runs");
    run::run(gateway("seed").args(["--days", "14", "--number", "1"]))?;
    serve(&options)
}

fn gateway(command: &str) -> Command {
    let mut gateway = Command::new(format!("{GATEWAY}{}", std::env::consts::EXE_SUFFIX));
    gateway.args([command, "--config", CONFIG, "--database"]).arg(Path::new(DATA).join("demo.db"));
    gateway
}

fn serve(options: &Options) -> Result<ExitCode> {
    let (send, interrupts) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Nobody listens any more while the gateway stops.
        let _ = send.send(());
    })?;
    let mut command = gateway("serve");
    command.args([
        "--demo",
        "--console",
        console::DIST,
        "--listen",
        &format!("127.0.0.1:{}", port(options.port)),
    ]);
    let mut server = Gateway::start(&mut command)?;
    announce(&server, options.open);
    while interrupts.recv_timeout(Duration::from_millis(500)).is_err() {
        if let Some(status) = server.ended()? {
            bail!("the gateway ended by itself ({status}); its words are above");
        }
    }
    eprintln!("demo: stopping the gateway");
    server.stop()?;
    Ok(ExitCode::SUCCESS)
}

/// The port asked for; else the usual one, or any if that is taken.
fn port(wanted: Option<u16>) -> u16 {
    wanted.unwrap_or_else(|| if TcpListener::bind(("127.0.0.1", PORT)).is_ok() { PORT } else { 0 })
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
        eprintln!("demo: no browser could be opened ({error}); open the address above");
    }
}
