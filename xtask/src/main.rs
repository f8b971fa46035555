//! `cargo xtask`: builds, tests, and demonstrates everything in this repository.

mod assistant;
mod checks;
mod clients;
mod console;
mod counts;
mod demo;
mod dist;
mod docs;
mod emulator;
mod fuzz;
mod postman;
mod process;
mod recipes;
mod settings;
mod setup;
mod suites;
mod tests;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::prelude::*;

const HELP: &str = "\
Builds, tests, and demonstrates txjobs.

Usage: cargo xtask COMMAND

Commands:
  demo      Build the emulator and the console, start them with the jobs of an example warehouse, and open the console
  test      Run all checks and tests, or only some steps of them
  console   Build the console into web/dist, ready for a web server
  dist      Build the command line with its manual pages and completions into target/published
  settings  Write the JSON Schema and the reference tables of gateway.toml
  postman   Write the contract as a Postman collection
  setup     Install the tools; the other commands also do this when a tool is missing

`cargo xtask COMMAND --help` explains a command.

Tools are installed into the cache folder of your user. The environment variable TXJOBS_TOOLS names another folder.";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut arguments = lexopt::Parser::from_env();
    let name = match arguments.next()? {
        Some(Value(name)) => name.string()?,
        None | Some(Long("help") | Short('h')) => return print_help(HELP),
        Some(other) => return Err(other.unexpected().into()),
    };
    let working_folder = std::env::current_dir()?;
    // All paths in this crate start at the root of the repository.
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))?;
    match name.as_str() {
        "demo" => demo::run(arguments),
        "test" => tests::run(arguments),
        "console" => run_without_options(arguments, console::HELP, console::build_and_report),
        "dist" => dist::run(arguments),
        "postman" => postman::run(arguments, &working_folder),
        "settings" => run_without_options(arguments, settings::HELP, settings::write),
        "setup" => run_without_options(arguments, setup::HELP, || setup::install_all().map(drop)),
        other => bail!("no command is named {other:?}; see cargo xtask --help"),
    }
}

fn run_without_options(
    mut arguments: lexopt::Parser,
    help: &str,
    command: impl FnOnce() -> Result<()>,
) -> Result<ExitCode> {
    match arguments.next()? {
        None => command().map(|()| ExitCode::SUCCESS),
        Some(Long("help") | Short('h')) => print_help(help),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn print_help(help: &str) -> Result<ExitCode> {
    println!("{help}");
    Ok(ExitCode::SUCCESS)
}
