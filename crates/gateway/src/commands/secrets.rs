//! Keeps secrets out of what a job can read of the gateway.
//!
//! A process of the same user can read the environment with which another one was started (`/proc/PID/environ`), and
//! removing a variable does not change that. So the gateway replaces itself: the same process, without the variables.

#[cfg(unix)]
use std::ffi::OsStr;
use std::io::Read;

use anyhow::{Context, Result, bail, ensure};
use txjobs_sdk::ApiKey;

/// Gives the token of `/admin`.
const ADMIN_TOKEN: &str = "TXJOBS_ADMIN_TOKEN";
/// The option that says that the token is on standard input.
const ADMIN_TOKEN_STDIN: &str = "--admin-token-stdin";
const MIN_TOKEN: usize = 16;
/// More than any token, and less than a pipe holds.
const MAX_TOKEN: usize = 4096;

/// Variables that begin so are the gateway's and its operator's, API keys among them.
#[cfg(unix)]
const PREFIX: &str = "TXJOBS_";
/// No secrets: a gateway that a job of another one starts stays known as a part of that run.
#[cfg(unix)]
const MARKS: [&str; 2] = ["TXJOBS_JOB_ID", "TXJOBS_TRIGGER_ID"];

/// Replaces the process by one without the variables that jobs must not read, if there are any. The token of `/admin`, if it
/// `wants_token`, goes through a pipe to the new one's standard input.
///
/// # Errors
///
/// The system cannot start the program again, or the token is too long.
#[cfg(unix)]
pub(super) fn hide(wants_token: bool) -> Result<()> {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::process::CommandExt;

    let is_ours = |name: &OsStr| name.as_bytes().starts_with(PREFIX.as_bytes());
    let is_mark = |name: &OsStr| MARKS.iter().any(|mark| name == *mark);
    let names = std::env::vars_os().map(|(name, _)| name);
    let secrets: Vec<_> = names.filter(|name| is_ours(name) && !is_mark(name)).collect();
    if secrets.is_empty() {
        return Ok(());
    }
    let mut arguments = std::env::args_os();
    let program = std::env::current_exe().context("The gateway cannot find its own program")?;
    let mut command = std::process::Command::new(program);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    command.args(arguments);
    for name in secrets {
        command.env_remove(name);
    }
    if let Some(token) = std::env::var_os(ADMIN_TOKEN).filter(|token| wants_token && !token.is_empty()) {
        ensure!(token.len() <= MAX_TOKEN, "{ADMIN_TOKEN} is too long for a token.");
        let (reader, mut writer) = std::io::pipe().context("A pipe cannot be made")?;
        std::io::Write::write_all(&mut writer, token.as_bytes()).context("A pipe cannot be written")?;
        command.arg(ADMIN_TOKEN_STDIN).stdin(reader);
    }
    // It comes back only when it fails.
    Err(command.exec())
        .context("The gateway cannot start itself without the variables that jobs must not read")
}

/// Does nothing: this system has no way to replace a process.
#[cfg(not(unix))]
pub(super) fn hide(_wants_token: bool) -> Result<()> {
    Ok(())
}

/// The token of `/admin` that the operator gave, if there is one.
///
/// # Errors
///
/// It cannot be read, or is no token.
pub(super) fn given_admin_token(is_on_stdin: bool) -> Result<Option<ApiKey>> {
    let given = if is_on_stdin {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(MAX_TOKEN as u64 + 1)
            .read_to_end(&mut bytes)
            .with_context(|| format!("{ADMIN_TOKEN_STDIN}: standard input cannot be read"))?;
        let Ok(text) = String::from_utf8(bytes) else { bail!("The admin token ({ADMIN_TOKEN}) is no text.") };
        text
    } else {
        match std::env::var_os(ADMIN_TOKEN).map(std::ffi::OsString::into_string) {
            Some(Ok(text)) if !text.is_empty() => text,
            Some(Err(_)) => bail!("The admin token ({ADMIN_TOKEN}) is no text."),
            _ => return Ok(None),
        }
    };
    let given = given.trim();
    ensure!(
        (MIN_TOKEN..=MAX_TOKEN).contains(&given.len()),
        "The admin token ({ADMIN_TOKEN} or {ADMIN_TOKEN_STDIN}) must have {MIN_TOKEN} to {MAX_TOKEN} characters. \
         Leave both out for a new one."
    );
    let token = ApiKey::new(given);
    token.map(Some).with_context(|| format!("The admin token ({ADMIN_TOKEN}) cannot be sent in a header"))
}
