//! `cargo xtask postman`: writes the contract as a Postman collection. The scripts in `xtask/postman` make it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use lexopt::prelude::*;

use crate::{
    counts::Counts,
    emulator::Emulator,
    process::{self, program},
    setup::{self, Tools},
    workspace,
};

const HELP: &str = "\
Writes the contract as a Postman collection, with the variables of the vendor's collection and with tests.

Usage: cargo xtask postman [--output FILE]

Options:
  --output FILE   Write to this file instead of target/txjobs.postman_collection.json; - is standard output";

const DEFAULT_FILE: &str = "target/txjobs.postman_collection.json";

/// Runs the command. A relative file starts at `working_folder`.
pub(crate) fn run(mut arguments: lexopt::Parser, working_folder: &Path) -> Result<ExitCode> {
    let mut file = Path::new(DEFAULT_FILE).to_owned();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => {
                println!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            Long("output") => file = output_file(working_folder, arguments.value()?.as_ref()),
            other => return Err(other.unexpected().into()),
        }
    }
    let modules = setup::install_postman_modules()?;
    let mut node = program("node", "xtask/postman/collection.cjs openapi.yaml");
    let collection = process::output(node.env("NODE_PATH", modules))?;
    if file == Path::new("-") {
        // print! would panic if the reader has closed the pipe.
        std::io::stdout().write_all(collection.as_bytes())?;
    } else {
        write(&file, &collection)?;
        println!("The collection is in {}. In Postman: Import, then set apiKey and Domain.", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn output_file(working_folder: &Path, argument: &Path) -> PathBuf {
    if argument == Path::new("-") { argument.to_owned() } else { working_folder.join(argument) }
}

fn write(file: &Path, text: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Tests the collection with an emulator, and with a server that has no extensions.
pub(crate) fn check(tools: &Tools) -> Result<Counts> {
    workspace::build()?;
    let data = Path::new("target").join(format!("postman-{}", std::process::id()));
    fs::create_dir_all(&data)?;
    let result = test_with_emulator(&data, tools);
    fs::remove_dir_all(&data)?;
    result.map(|()| Counts::ONE_PASSED)
}

fn test_with_emulator(data: &Path, tools: &Tools) -> Result<()> {
    let server = Emulator::with_jobs("xtask/demo/postman.toml", data)?;
    let mut test = program("node", "--test xtask/postman/collection.test.cjs");
    test.env("NODE_PATH", &tools.test.postman_modules);
    test.env("TXJOBS_DOMAIN", &server.address).env("TXJOBS_API_KEY", &server.key);
    process::output(&mut test)?;
    server.stop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_file_is_relative_to_the_working_folder() {
        let folder = Path::new("/here");
        assert_eq!(output_file(folder, Path::new("a.json")), Path::new("/here/a.json"));
        assert_eq!(output_file(folder, Path::new("/there/a.json")), Path::new("/there/a.json"));
        assert_eq!(output_file(folder, Path::new("-")), Path::new("-"));
    }
}
