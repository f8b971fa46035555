//! Implements `txjobs man`.

use std::{fs, path::Path};

use clap::CommandFactory;
use clap_mangen::Man;

use crate::{args::Cli, exit::Exit, failure::Failure, output::Output};

pub(crate) fn run(output: &mut Output, folder: Option<&Path>) -> Result<Exit, Failure> {
    match folder {
        None => {
            let mut page = Vec::new();
            Man::new(Cli::command()).render(&mut page).map_err(|error| Failure::Output(error, None))?;
            output.write_bytes(&page)?;
        }
        Some(folder) => {
            let written =
                fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
            written.map_err(|error| {
                Failure::System(format!(
                    "The manual pages cannot be written to {}: {error}.",
                    folder.display()
                ))
            })?;
            output.write_note(&format!("Wrote the manual pages to {}", folder.display()));
        }
    }
    Ok(Exit::Completed)
}
