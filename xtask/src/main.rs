//! `cargo xtask`: set-up and every repeated chore.

mod checks;
mod clients;
mod console;
mod demo;
mod gateway;
mod postman;
mod recipes;
mod run;
mod setup;
mod tests;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::prelude::*;

const HELP: &str = "\
Set-up and every repeated chore of txjobs.

Usage: cargo xtask COMMAND

Commands:
  demo [--port N] [--no-open]  Build the gateway and the console, start them with the jobs of an imagined warehouse,
                               and open the console. Ctrl-C stops it.
  test [STEP ...]              Every check and test. With steps, only those: see `cargo xtask test --list`.
  setup                        Only the set-up that demo and test do by themselves.
  console                      Only build the console, into web/dist.
  postman [--output FILE]      Write the contract as a collection for Postman, into target; `-` is standard output.

Tools are kept in a cache folder outside the repository; TXJOBS_TOOLS names another one.";

fn main() -> ExitCode {
    match command() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Result<ExitCode> {
    let mut arguments = lexopt::Parser::from_env();
    let name = match arguments.next()? {
        Some(Value(name)) => name.string()?,
        None | Some(Long("help") | Short('h')) => {
            println!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    let called_from = std::env::current_dir()?;
    // Every path here is said from the root of the repository.
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))?;
    match name.as_str() {
        "demo" => demo::run(demo::Options::parse(arguments)?),
        "test" => tests::run(arguments),
        "setup" => {
            setup::for_building()?;
            setup::for_testing()?;
            println!("Everything is there.");
            Ok(ExitCode::SUCCESS)
        }
        "console" => {
            let tools = setup::for_building()?;
            console::build(&tools)?;
            println!("The console is in {}.", console::DIST);
            Ok(ExitCode::SUCCESS)
        }
        "postman" => postman::run(arguments, &called_from),
        other => bail!("there is no command {other:?}; see cargo xtask --help"),
    }
}
