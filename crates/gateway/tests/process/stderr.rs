//! Standard error that cannot be written blocks no run and no stop.

use std::fs::OpenOptions;
use std::io::Write;
use std::process::Stdio;

use crate::gateway_process::{Home, lines, shell_jobs};

/// The default capacity of a pipe.
const PIPE: usize = 64 * 1024;

async fn works_and_stops(home: &Home, stderr: impl Into<Stdio>) {
    let gateway = home.serve_with(&[], |command| {
        command.env("RUST_LOG", "debug").stderr(stderr);
    });
    for _ in 0..3 {
        let run = gateway.run("works").await;
        assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), vec![(0, "fine")]));
    }
    gateway.signal("TERM");
    assert!(gateway.wait().success());
}

fn home() -> Home {
    Home::new(&shell_jobs(&[("works", "echo fine", "")]))
}

#[tokio::test]
async fn full_standard_error_stops_nothing() {
    let home = home();
    works_and_stops(&home, OpenOptions::new().write(true).open("/dev/full").unwrap()).await;
}

#[tokio::test]
async fn closed_standard_error_stops_nothing() {
    let home = home();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    works_and_stops(&home, writer).await;
}

#[tokio::test]
async fn unread_standard_error_stops_nothing() {
    let home = home();
    let (_reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&[b'x'; PIPE]).unwrap();
    works_and_stops(&home, writer).await;
}

#[test]
fn output_that_cannot_be_written_is_an_error_and_no_panic() {
    let home = home();
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let create = ["keys", "create", "--organization", "Contoso", "--name", "lost"];
    for arguments in [&["check"][..], &["keys", "list"], &create] {
        let mut command = crate::gateway_process::command(home.folder.path());
        let output = command.args(arguments).stdout(full()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("could not be written"), "{said}");
        let mut command = crate::gateway_process::command(home.folder.path());
        let status = command.args(["check", "--config", "none"]).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(1));
    }
}
