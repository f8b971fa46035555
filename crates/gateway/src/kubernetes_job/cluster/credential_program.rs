//! Runs the program of a kubeconfig file that gets the credentials.
//!
//! kube would run it several times, on the thread of its caller and without a limit, and could not end it.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use axum::http::HeaderValue;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use kube::config::{AuthInfo, ExecConfig, ExecInteractiveMode};
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

/// The longest time of the program. To sign in to a cloud takes some seconds.
const MAX_TIME: Duration = Duration::from_secs(30);
/// The most that the program may print.
const MAX_OUTPUT_BYTES: u64 = 1024 * 1024;

/// What the program prints. It has no `Debug`, because it has secrets.
#[derive(Deserialize)]
struct ExecCredential {
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    expiration_timestamp: Option<String>,
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// Replaces the program of a user, if there is one, by the credentials that it gets. Returns when they expire.
///
/// # Errors
///
/// Fails with the cause, which contains no secret, for the inside of a sentence.
pub(super) async fn replace_program(user: &mut AuthInfo) -> Result<Option<Timestamp>, String> {
    let Some(exec) = user.exec.take() else { return Ok(None) };
    let has_password = user.username.is_some() && user.password.is_some();
    if has_password || user.auth_provider.is_some() || user.token.is_some() || user.token_file.is_some() {
        return Ok(None);
    }
    let status = run(&exec, MAX_TIME).await;
    let status = status
        .map_err(|cause| format!("the program of the kubeconfig file that gets the credentials {cause}"))?;
    if let (Some(certificate), Some(key)) = (status.client_certificate_data, status.client_key_data) {
        user.client_certificate_data = Some(BASE64_STANDARD.encode(certificate));
        user.client_key_data = Some(BASE64_STANDARD.encode(key).into());
    }
    user.token = status.token.map(Into::into);
    let expires_at = status.expiration_timestamp.map(|text| text.parse::<Timestamp>()).transpose();
    expires_at.map_err(|_| {
        "the program of the kubeconfig file that gets the credentials printed an expirationTimestamp that is not a time"
            .to_owned()
    })
}

/// Runs the program, at most for this time. Ends it with all that it has started when the future is dropped.
async fn run(exec: &ExecConfig, limit: Duration) -> Result<Status, String> {
    let mut program = Program(command(exec)?.spawn().map_err(|error| format!("cannot be started: {error}"))?);
    let (exit, output) = match tokio::time::timeout(limit, program.wait()).await {
        Ok(ended) => ended.map_err(|error| format!("failed: {error}"))?,
        Err(_) => return Err(format!("did not end within {}", humantime::format_duration(limit))),
    };
    if !exit.success() {
        return Err(format!("failed with {exit}"));
    }
    // Kubernetes accepts YAML, too, which includes JSON. The error would have an excerpt.
    let printed: ExecCredential =
        yaml_serde::from_slice(&output).map_err(|_| "did not print them as JSON".to_owned())?;
    let status = printed.status.ok_or("printed no `status`")?;
    let has_credentials = status.token.is_some()
        || (status.client_certificate_data.is_some() && status.client_key_data.is_some());
    if !has_credentials {
        return Err("printed neither a token nor a client certificate".to_owned());
    }
    if status.token.as_ref().is_some_and(|token| HeaderValue::from_str(token).is_err()) {
        return Err("printed a token with a character that headers cannot have".to_owned());
    }
    Ok(status)
}

fn command(exec: &ExecConfig) -> Result<Command, String> {
    let program = exec.command.as_ref().ok_or("has no `command`")?;
    if exec.interactive_mode == Some(ExecInteractiveMode::Always) {
        return Err("needs a terminal (interactiveMode). Use one that does not".to_owned());
    }
    let mut info = json!({
        "apiVersion": exec.api_version, "kind": "ExecCredential", "spec": { "interactive": false },
    });
    if exec.provide_cluster_info {
        info["spec"]["cluster"] = json!(exec.cluster);
    }
    let mut command = Command::new(program);
    command.args(exec.args.iter().flatten());
    for variable in exec.env.iter().flatten() {
        if let (Some(name), Some(value)) = (variable.get("name"), variable.get("value")) {
            command.env(name, value);
        }
    }
    command.env("KUBERNETES_EXEC_INFO", info.to_string());
    // Standard error stays that of the gateway: it says why a sign-in failed, as with kubectl.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    Ok(command)
}

/// The running program.
struct Program(Child);

impl Program {
    /// Waits for its end. Returns what it printed.
    async fn wait(&mut self) -> std::io::Result<(ExitStatus, Vec<u8>)> {
        let mut output = Vec::new();
        if let Some(stdout) = self.0.stdout.take() {
            stdout.take(MAX_OUTPUT_BYTES).read_to_end(&mut output).await?;
        }
        Ok((self.0.wait().await?, output))
    }
}

#[cfg(unix)]
impl Drop for Program {
    fn drop(&mut self) {
        // `None`: it has ended, and its process id may be that of another process.
        let pid = self.0.id().and_then(|pid| rustix::process::Pid::from_raw(i32::try_from(pid).ok()?));
        if let Some(pid) = pid {
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    async fn error_of(script: &str) -> String {
        let exec = ExecConfig {
            command: Some("sh".to_owned()),
            args: Some(vec!["-c".to_owned(), script.to_owned()]),
            ..serde_json::from_value(json!({})).expect("all fields are optional")
        };
        let result = run(&exec, Duration::from_millis(500)).await;
        result.err().expect("an error")
    }

    #[tokio::test]
    async fn useless_program_is_described_without_its_output() {
        for (script, expected) in [
            ("sleep 30", "did not end within 500ms"),
            ("(sleep 30; true) & wait", "did not end within 500ms"),
            ("exec cat /dev/zero", "failed with signal"),
            ("echo secret; exit 3", "failed with exit status: 3"),
            ("echo '{secret'", "did not print them as JSON"),
            ("echo '{\"kind\": \"secret\"}'", "printed no `status`"),
            ("echo '{\"status\": {\"clientKeyData\": \"secret\"}}'", "printed neither a token"),
            (r#"printf %s '{"status": {"token": "secret\n"}}'"#, "a character that headers cannot have"),
        ] {
            let error = error_of(script).await;
            assert!(error.contains(expected) && !error.contains("secret"), "{script}: {error}");
        }
    }
}
