//! `cargo xtask postman`: the contract as a collection for Postman, with the four variables of the vendor's collection.

mod check;
mod collection;
mod scripts;
mod shape;
mod spec;
mod vendor;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use lexopt::prelude::*;

pub(crate) use check::check;
use spec::Spec;

const FILE: &str = "target/txjobs.postman_collection.json";

pub(crate) fn run(mut arguments: lexopt::Parser, called_from: &Path) -> Result<ExitCode> {
    let mut file = PathBuf::from(FILE);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("output") => file = named(called_from, arguments.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    let text = text(&Spec::read()?)?;
    if file == Path::new("-") {
        // Not print!, which panics where a reader has seen enough.
        std::io::stdout().write_all(text.as_bytes())?;
    } else {
        write(&file, &text)?;
        println!("The collection is in {}. In Postman: Import, then set apiKey and Domain.", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// What people type is meant from where they are, and not from the root of the repository.
fn named(called_from: &Path, file: PathBuf) -> PathBuf {
    if file == Path::new("-") { file } else { called_from.join(file) }
}

fn text(spec: &Spec) -> Result<String> {
    Ok(serde_json::to_string_pretty(&collection::collection(spec)?)? + "\n")
}

fn write(file: &Path, text: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_meant_from_where_the_command_was_typed() {
        let here = Path::new("/here");
        assert_eq!(named(here, "a.json".into()), Path::new("/here/a.json"));
        assert_eq!(named(here, "/there/a.json".into()), Path::new("/there/a.json"));
        assert_eq!(named(here, "-".into()), Path::new("-"));
    }
}
