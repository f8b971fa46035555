//! Implements `txjobs completions`.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::{args::Cli, exit::Exit, failure::Failure, output::Output};

pub(crate) fn run(output: &mut Output, shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "txjobs", &mut script);
    output.write_bytes(&script)?;
    Ok(Exit::Completed)
}
