//! Standard error that cannot be written blocks neither runs nor the shutdown.

use std::fs::OpenOptions;
use std::io::Write;
use std::process::Stdio;
use txjobs_test_support::{CommandOutput, ServerFolder, lines, shell_jobs};

/// The default capacity of a pipe.
const PIPE_CAPACITY: usize = 64 * 1024;

/// Asserts that a gateway with this standard error runs jobs and stops.
async fn assert_works_and_stops(folder: &ServerFolder, stderr: impl Into<Stdio>) {
    let mut serve = folder.serve_command(&[]);
    serve.env("RUST_LOG", "debug").stderr(stderr);
    let gateway = folder.start(serve);
    for _ in 0..3 {
        let run = gateway.run("works").await;
        assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), vec![(0, "fine")]));
    }
    gateway.signal("TERM");
    assert!(gateway.wait().success());
}

fn folder() -> ServerFolder {
    ServerFolder::gateway(&shell_jobs(&[("works", "echo fine", "")]))
}

#[tokio::test]
async fn full_standard_error_blocks_nothing() {
    let folder = folder();
    assert_works_and_stops(&folder, OpenOptions::new().write(true).open("/dev/full").unwrap()).await;
}

#[tokio::test]
async fn closed_standard_error_blocks_nothing() {
    let folder = folder();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_works_and_stops(&folder, writer).await;
}

#[tokio::test]
async fn unread_standard_error_blocks_nothing() {
    let folder = folder();
    let (_reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&[b'x'; PIPE_CAPACITY]).unwrap();
    assert_works_and_stops(&folder, writer).await;
}

#[test]
fn output_that_cannot_be_written_is_an_error_without_panic() {
    let folder = folder();
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let create = ["keys", "create", "--organization", "Contoso", "--name", "lost"];
    for arguments in [&["check"][..], &["keys", "list"], &create] {
        let output = CommandOutput::of(folder.command(arguments).stdout(full()));
        assert_eq!(output.code, 1, "{output:?}");
        assert!(output.stderr.contains("could not be written"), "{output:?}");
        let mut check = folder.command(&["check", "--config", "none"]);
        let status = check.stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(1));
    }
}
