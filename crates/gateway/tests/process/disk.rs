//! A disk that fails: requests are refused, and accepted runs end when the disk works again.

use std::process::Command;

use txjobs_sdk::ApiKey;
use txjobs_sdk::paths;

use crate::gateway_process::{Gateway, Home, lines, shell_jobs, until};
use crate::small_disk::SmallDisk;

const LINES: usize = 4000;

/// Writes a line, and many more once there is a file named "go".
const CHATTY: &str = "echo begun; while [ ! -e go ]; do sleep 0.01; done; \
    i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo \"line $i of a log that needs more room than there is\"; done";

fn config(folder: &str) -> String {
    let folder = format!("directory = \"{folder}\"");
    shell_jobs(&[("chatty", CHATTY, &folder), ("count", "echo run >> runs; echo counted", &folder)])
}

fn small_disk() -> (SmallDisk, ApiKey) {
    let disk = SmallDisk::new(4096, "");
    std::fs::write(disk.folder.path().join("gateway.toml"), config(disk.folder.path().to_str().unwrap()))
        .unwrap();
    let key = disk.create_key();
    (disk, key)
}

async fn until_health(gateway: &Gateway, expected: (u16, &str)) {
    until(expected.1, async || (gateway.health().await == (expected.0, expected.1.to_owned())).then_some(()))
        .await;
}

async fn refused(gateway: &Gateway, key: &ApiKey, expected: &str) {
    let job = gateway.job("count").await;
    for request in [paths::execute_job(job), paths::cancel_job(gateway.job("chatty").await)] {
        let (status, body) = gateway.answer(key.expose(), request).await;
        assert_eq!((status, body["Message"].as_str().unwrap()), (503, expected));
    }
}

fn all_lines() -> Vec<String> {
    let more = (1..=LINES).map(|i| format!("line {i} of a log that needs more room than there is"));
    std::iter::once("begun".to_owned()).chain(more).collect()
}

#[tokio::test]
async fn full_disk_refuses_new_runs_and_accepted_ones_end_when_there_is_room() {
    let (disk, key) = small_disk();
    let gateway = disk.serve(&key);
    let chatty = gateway.execute("chatty").await;
    gateway.until(chatty, |run| lines(run) == [(0, "begun")]).await;
    assert_eq!(gateway.run("count").await["State"], 2);
    assert_eq!(gateway.health().await, (200, "ok".to_owned()));

    disk.fill();
    std::fs::write(disk.folder.path().join("go"), "").unwrap();
    until_health(&gateway, (503, "the gateway cannot work: the disk is full")).await;
    let message = "The gateway cannot do this now: the disk is full. Nothing was changed. Try again later.";
    refused(&gateway, &key, message).await;
    let run = gateway.until(chatty, |_| true).await;
    assert_eq!(lines(&run)[0], (0, "begun"), "what was shown is still there");
    disk.free();
    until_health(&gateway, (200, "ok")).await;

    let run = gateway.outcome(chatty).await;
    assert_eq!(run["State"], 2);
    assert_eq!(lines(&run).iter().map(|(_, message)| *message).collect::<Vec<_>>(), all_lines());
    assert_eq!(gateway.run("count").await["State"], 2);
    let runs = std::fs::read_to_string(disk.folder.path().join("runs")).unwrap();
    assert_eq!(runs, "run\nrun\n", "what was refused did not run");
}

#[tokio::test]
async fn full_disk_is_noticed_while_nobody_writes() {
    let (disk, key) = small_disk();
    let gateway = disk.serve(&key);
    assert_eq!(gateway.health().await, (200, "ok".to_owned()));
    disk.fill();
    until_health(&gateway, (503, "the gateway cannot work: the disk is full")).await;
    disk.free();
    until_health(&gateway, (200, "ok")).await;
}

#[tokio::test]
async fn full_disk_does_not_hold_up_a_stop() {
    let (disk, key) = small_disk();
    let mut gateway = disk.serve(&key);
    let chatty = gateway.execute("chatty").await;
    gateway.until(chatty, |run| lines(run) == [(0, "begun")]).await;
    disk.fill();
    std::fs::write(disk.folder.path().join("go"), "").unwrap();
    until_health(&gateway, (503, "the gateway cannot work: the disk is full")).await;
    gateway.signal("TERM");
    assert!(gateway.until_exit().await.success());

    // The write-ahead log was removed, and its space is free.
    disk.fill();
    let output = disk.run("serve --listen 127.0.0.1:0 --database disk/gateway.db");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("full"), "{said}");
    disk.free();
    let gateway = disk.serve(&key);
    let run = gateway.outcome(chatty).await;
    let said = lines(&run);
    assert_eq!((run["State"].as_i64(), said[0]), (Some(3), (0, "begun")));
    assert!(said.last().unwrap().1.starts_with("The gateway was killed or crashed"), "{run}");
}

#[tokio::test]
async fn disk_that_is_full_or_read_only_at_the_start_is_named() {
    let (disk, key) = small_disk();
    let refused = |expected: &str| {
        for command in ["serve --listen 127.0.0.1:0", "keys create --organization Contoso --name b"] {
            let output = disk.run(&format!("{command} --database disk/new.db"));
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(!output.status.success(), "{command}");
            assert!(
                said.contains("disk/new.db cannot be opened.") && said.contains(expected),
                "{command}: {said}"
            );
        }
    };
    disk.fill();
    refused("full");
    disk.free();
    let target = disk.folder.path().join("disk");
    let target = target.to_str().unwrap();
    std::fs::remove_file(disk.path("new.db")).unwrap();
    disk.mount(&["-o", "remount,ro", target]);
    refused("Read-only file system");
    disk.mount(&["-o", "remount,rw", target]);
    assert_eq!(disk.serve(&key).run("count").await["State"], 2);
}

#[tokio::test]
async fn database_behind_a_mount_has_one_gateway() {
    let (disk, key) = small_disk();
    let _gateway = disk.serve(&key);
    std::fs::create_dir(disk.path("other")).unwrap();
    std::fs::write(disk.path("other/gateway.db"), "").unwrap();
    let folder = disk.folder.path().to_str().unwrap();
    let (database, other) = (format!("{folder}/disk/gateway.db"), format!("{folder}/disk/other/gateway.db"));
    disk.mount(&["--bind", &database, &other]);
    let output = disk.run(&format!("serve --listen 127.0.0.1:0 --database {other}"));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with(&format!("Another gateway uses the database {other}.")), "{said}");
}

#[tokio::test]
async fn input_output_error_is_named_and_passes() {
    let home = Home::new("[[organization]]\nname = \"Contoso\"\n");
    std::fs::write(home.path("gateway.toml"), config(home.folder.path().to_str().unwrap())).unwrap();
    // A limit on the size of files fails writes with an error that is not that of a full disk, and can be lifted.
    let mut serve = Command::new("sh");
    serve.current_dir(home.folder.path()).env("RUST_LOG", "off");
    serve.args([
        "-c",
        "trap '' XFSZ; exec \"$0\" serve --listen 127.0.0.1:0",
        env!("CARGO_BIN_EXE_txjobs-gateway"),
    ]);
    let gateway = Gateway::start(serve, home.key.clone());
    let limit = |size: &str| {
        let limit = format!("--fsize={size}:unlimited");
        let done = Command::new("prlimit").args(["--pid", &gateway.pid(), &limit]).status();
        assert!(done.expect("prlimit, of the package util-linux").success());
    };
    let chatty = gateway.execute("chatty").await;
    gateway.until(chatty, |run| lines(run) == [(0, "begun")]).await;
    limit("4096");
    std::fs::write(home.path("go"), "").unwrap();
    until_health(&gateway, (503, "the gateway cannot work: the disk reports an input/output error")).await;
    let message = "The gateway cannot do this now: the disk reports an input/output error. \
        Whether anything was changed is unknown.";
    refused(&gateway, &home.key, message).await;
    limit("unlimited");
    until_health(&gateway, (200, "ok")).await;
    let run = gateway.outcome(chatty).await;
    assert_eq!(run["State"], 2);
    assert_eq!(lines(&run).iter().map(|(_, message)| *message).collect::<Vec<_>>(), all_lines());
    assert_eq!(gateway.run("count").await["State"], 2);
}
