//! `txjobs`: the TimeXtender Jobs API from a terminal or a pipeline.

mod args;
mod commands;
mod connect;
mod failure;
mod find;
mod output;
mod tail;
mod text;

use std::process::ExitCode;

use clap::Parser;

use crate::{args::Cli, output::Output};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut output = Output::new(cli.json);
    match commands::run(cli, &mut output).await {
        Ok(code) => code.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit().into()
        }
    }
}
