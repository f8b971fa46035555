//! The token of the admin API.

use std::io::Read;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use txjobs_gateway::key;
use txjobs_sdk::ApiKey;

/// The prefix of generated tokens.
const PREFIX: &str = "txa_";
/// The variable with the token.
const VARIABLE: &str = "TXJOBS_ADMIN_TOKEN";
/// The option to read the token from standard input.
const STDIN_OPTION: &str = "--admin-token-stdin";
const MIN_LENGTH: usize = 16;
/// The longest token. It is shorter than the buffer of a pipe.
const MAX_LENGTH: usize = 4096;

/// Passes the token of the environment through a pipe to the standard input of a new process, which has no such variable.
///
/// # Errors
///
/// Fails if the token is too long or the pipe cannot be created.
pub fn pass_through_pipe(command: &mut Command) -> Result<()> {
    let Some(token) = std::env::var_os(VARIABLE).filter(|token| !token.is_empty()) else { return Ok(()) };
    ensure!(token.len() <= MAX_LENGTH, "{VARIABLE} is too long for a token.");
    let (reader, mut writer) = std::io::pipe().context("A pipe cannot be created")?;
    std::io::Write::write_all(&mut writer, token.as_encoded_bytes()).context("A pipe cannot be written")?;
    command.arg(STDIN_OPTION).stdin(reader);
    Ok(())
}

/// Returns the token from standard input or the environment, or generates one.
///
/// # Errors
///
/// Fails if the token cannot be read or is invalid.
pub fn read_or_generate(is_on_stdin: bool) -> Result<ApiKey> {
    match read(is_on_stdin)? {
        Some(text) => parse(&text),
        None => key::generate_with_prefix(PREFIX).context("The operating system provided no random bytes"),
    }
}

fn read(is_on_stdin: bool) -> Result<Option<String>> {
    let invalid = || format!("The admin token ({VARIABLE}) is not valid UTF-8.");
    if !is_on_stdin {
        return match std::env::var_os(VARIABLE).map(std::ffi::OsString::into_string) {
            Some(Ok(text)) if !text.is_empty() => Ok(Some(text)),
            Some(Err(_)) => bail!(invalid()),
            _ => Ok(None),
        };
    }
    let mut bytes = Vec::new();
    let mut stdin = std::io::stdin().lock().take(MAX_LENGTH as u64 + 1);
    stdin
        .read_to_end(&mut bytes)
        .with_context(|| format!("{STDIN_OPTION}: standard input cannot be read"))?;
    String::from_utf8(bytes).map(Some).map_err(|_| anyhow::anyhow!(invalid()))
}

fn parse(text: &str) -> Result<ApiKey> {
    let text = text.trim();
    ensure!(
        (MIN_LENGTH..=MAX_LENGTH).contains(&text.len()),
        "The admin token ({VARIABLE} or {STDIN_OPTION}) must have {MIN_LENGTH} to {MAX_LENGTH} characters. \
         Remove both to generate one."
    );
    ApiKey::new(text).with_context(|| format!("The admin token ({VARIABLE}) cannot be sent in a header"))
}
