//! Prevents jobs from reading the gateway's secrets.
//!
//! A process of the same user can read the environment with which another one was started (`/proc/PID/environ`), and
//! removing a variable does not change that. So the gateway executes itself again, without the variables.

#[cfg(unix)]
use std::ffi::OsStr;
use std::io::Read;

use anyhow::{Context, Result, bail, ensure};
use txjobs_sdk::ApiKey;

/// The variable with the token of `/admin`.
const ADMIN_TOKEN: &str = "TXJOBS_ADMIN_TOKEN";
/// The option to read the token from standard input.
const ADMIN_TOKEN_STDIN: &str = "--admin-token-stdin";
const MIN_TOKEN: usize = 16;
/// The longest token. It is shorter than a pipe's buffer.
const MAX_TOKEN: usize = 4096;

/// The prefix of the variables of the gateway and its operator, such as API keys.
#[cfg(unix)]
const VARIABLE_PREFIX: &str = "TXJOBS_";
/// Variables that are no secrets. They mark the processes of a run, also a gateway that a job of another gateway starts.
#[cfg(unix)]
const RUN_VARIABLES: [&str; 2] = ["TXJOBS_JOB_ID", "TXJOBS_TRIGGER_ID"];

/// Replaces the process by one without the variables that jobs must not read, if there are any. If it `wants_token`, the
/// token of `/admin` is passed through a pipe to its standard input.
///
/// # Errors
///
/// Fails if the system cannot start the program again, or if the token is too long.
#[cfg(unix)]
pub(super) fn hide(wants_token: bool) -> Result<()> {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::process::CommandExt;

    let is_ours = |name: &OsStr| name.as_bytes().starts_with(VARIABLE_PREFIX.as_bytes());
    let is_mark = |name: &OsStr| RUN_VARIABLES.iter().any(|mark| name == *mark);
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
    // `exec` returns only if it fails.
    Err(command.exec())
        .context("The gateway cannot start itself without the variables that jobs must not read")
}

/// Does nothing, because this system cannot replace a process.
#[cfg(not(unix))]
pub(super) fn hide(_wants_token: bool) -> Result<()> {
    Ok(())
}

/// Returns the token of `/admin` that the operator chose, if there is one.
///
/// # Errors
///
/// Fails if it cannot be read or is no valid token.
pub(super) fn given_admin_token(is_on_stdin: bool) -> Result<Option<ApiKey>> {
    let given = if is_on_stdin {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(MAX_TOKEN as u64 + 1)
            .read_to_end(&mut bytes)
            .with_context(|| format!("{ADMIN_TOKEN_STDIN}: standard input cannot be read"))?;
        let Ok(text) = String::from_utf8(bytes) else {
            bail!("The admin token ({ADMIN_TOKEN}) is not valid UTF-8.")
        };
        text
    } else {
        match std::env::var_os(ADMIN_TOKEN).map(std::ffi::OsString::into_string) {
            Some(Ok(text)) if !text.is_empty() => text,
            Some(Err(_)) => bail!("The admin token ({ADMIN_TOKEN}) is not valid UTF-8."),
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
