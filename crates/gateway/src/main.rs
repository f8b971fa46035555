//! `txjobs-gateway`: see the library of the same name.

use std::process::ExitCode;

use clap::Parser;
use txjobs_gateway::commands::{self, Cli};
use txjobs_gateway::{process, secrets};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let hides_secrets = cli.serves();
    let prepare = || if hides_secrets { secrets::hide(|_| Ok(())) } else { Ok(()) };
    process::run("warn,txjobs_gateway=info", prepare, commands::run(cli))
}
