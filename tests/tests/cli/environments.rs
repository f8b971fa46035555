//! The same commands without a keyring, without a home folder, with a read-only file system, and without a terminal.
#![cfg(unix)]

use std::process::{Command, Stdio};

use txjobs_test_support::{CommandOutput, TestServer, program};

use super::JOBS;

/// What a pipeline does, as a script.
pub const SCRIPT: &str = r#"
set -eu
txjobs jobs > /dev/null
test "$(txjobs status 'Sales deliver')" = idle
txjobs run 'Sales deliver' > /dev/null
code=0; txjobs run Errors > /dev/null || code=$?; test "$code" = 3
trigger="$(txjobs run 'Sales deliver' --no-wait)"
txjobs follow 'Sales deliver' "$trigger" > /dev/null
txjobs history Errors > /dev/null
txjobs logs Errors > /dev/null
txjobs profile show > /dev/null
"#;

fn run_script(server: &TestServer, change: impl FnOnce(&mut Command)) {
    let mut command = Command::new("sh");
    let folder = program("txjobs").parent().unwrap().to_owned();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    command.args(["-c", SCRIPT]).stdin(Stdio::null()).env_clear().env("PATH", path);
    command.env("TXJOBS_DOMAIN", server.address()).env("TXJOBS_API_KEY", server.key());
    change(&mut command);
    let output = CommandOutput::of(&mut command);
    assert_eq!(output.code, 0, "{output:?}");
}

#[test]
fn script_passes_without_a_home_folder_and_without_a_keyring() {
    let server = TestServer::emulator(JOBS);
    run_script(&server, |_| {});
    run_script(&server, |command| {
        command.env("HOME", "/nonexistent");
    });
    run_script(&server, |command| {
        command.env("HOME", "").env("XDG_CONFIG_HOME", "relative").env("TXJOBS_CONFIG_DIR", "");
    });
}

#[test]
fn script_passes_with_a_file_system_that_cannot_be_written() {
    let server = TestServer::emulator(JOBS);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    // Nothing can be created below a file, also not by root.
    let below_a_file = folder.path().join("file/txjobs");
    run_script(&server, |command| {
        command
            .env("TMPDIR", &below_a_file)
            .env("HOME", &below_a_file)
            .env("TXJOBS_CONFIG_DIR", &below_a_file);
    });
}
