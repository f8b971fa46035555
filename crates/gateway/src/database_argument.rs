//! The argument `--database`, whose value can be a secret.

use std::env;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use txjobs_store::Database;

/// The variable with the database, if the argument is missing.
pub const VARIABLE: &str = "TXJOBS_DATABASE";
/// The value that reads the database from standard input.
const STDIN: &str = "-";
const NAME: &str = "--database";
/// The longest value. It is shorter than the buffer of a pipe.
const MAX_LENGTH: usize = 4096;

/// Parses the argument. Reads standard input if that is its value.
///
/// # Errors
///
/// Fails with a description for people.
pub fn parse(text: &str) -> Result<Database, String> {
    if text != STDIN {
        return text.parse();
    }
    let mut text = String::new();
    let mut stdin = io::stdin().lock().take(MAX_LENGTH as u64 + 1);
    stdin.read_to_string(&mut text).map_err(|error| format!("standard input cannot be read: {error}"))?;
    text.trim().parse()
}

/// Passes a database that the environment or standard input named to the standard input of a new process, which has neither.
///
/// # Errors
///
/// Fails if the value is too long or the pipe cannot be created.
pub fn pass_through_pipe(command: &mut Command, database: &Database) -> Result<()> {
    let arguments: Vec<OsString> = env::args_os().collect();
    let is_named = arguments.iter().any(|argument| {
        argument.to_str().is_some_and(|text| text == NAME || text.starts_with("--database="))
    });
    let is_stdin = arguments.iter().any(|argument| argument == "--database=-")
        || arguments.windows(2).any(|pair| pair[0] == NAME && pair[1] == STDIN);
    if !is_stdin && (is_named || env::var_os(VARIABLE).is_none()) {
        return Ok(());
    }
    let value = match database {
        Database::Sqlite(path) => path.clone().into_os_string(),
        Database::Postgres(url) => url.into(),
    };
    ensure!(value.len() <= MAX_LENGTH, "The database has a longer name than {MAX_LENGTH} bytes.");
    let (reader, mut writer) = io::pipe().context("A pipe cannot be created")?;
    writer.write_all(value.as_encoded_bytes()).context("A pipe cannot be written")?;
    if !is_stdin {
        command.args([NAME, STDIN]);
    }
    command.stdin(reader);
    Ok(())
}
