//! `txjobs-emulator`: see the library of the same name.

use std::process::ExitCode;

use clap::Parser;
use txjobs_emulator::commands::{self, Cli};
use txjobs_gateway::logging::LogFormat;
use txjobs_gateway::{process, secrets};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let prepare = cli.secrets_preparation();
    let prepare = || prepare.map_or(Ok(()), secrets::hide);
    process::run(
        "warn,txjobs_emulator=info,txjobs_gateway=info",
        LogFormat::Text,
        prepare,
        commands::run(cli),
    )
}
