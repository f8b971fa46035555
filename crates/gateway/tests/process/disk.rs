//! A disk that fails: requests are refused, and accepted runs end after the disk works again.

use std::process::Command;

use txjobs_sdk::{ApiKey, paths};
use txjobs_test_support::{ServerFolder, TestServer, lines, shell_jobs, wait_until};

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
    std::fs::write(disk.folder().join("gateway.toml"), config(disk.folder().to_str().unwrap())).unwrap();
    let key = disk.create_key();
    (disk, key)
}

async fn wait_for_health(gateway: &TestServer, expected: (u16, &str)) {
    wait_until(expected.1, async || {
        (gateway.health().await == (expected.0, expected.1.to_owned())).then_some(())
    })
    .await;
}

/// Asserts that an execute and a cancel are refused with this message.
async fn assert_refused(gateway: &TestServer, expected: &str) {
    let job = gateway.job("count").await;
    for request in [paths::execute_job(job), paths::cancel_job(gateway.job("chatty").await)] {
        assert_eq!(gateway.call(request).await.expect_error(503), expected);
    }
}

fn all_lines() -> Vec<String> {
    let more = (1..=LINES).map(|i| format!("line {i} of a log that needs more room than there is"));
    std::iter::once("begun".to_owned()).chain(more).collect()
}

#[tokio::test]
async fn full_disk_refuses_new_runs_and_delays_the_end_of_accepted_runs() {
    let (disk, key) = small_disk();
    let gateway = disk.serve(&key);
    let chatty = gateway.execute("chatty").await;
    gateway.wait_until(chatty, |run| lines(run) == [(0, "begun")]).await;
    assert_eq!(gateway.run("count").await["State"], 2);
    assert_eq!(gateway.health().await, (200, "ok".to_owned()));

    disk.fill();
    std::fs::write(disk.folder().join("go"), "").unwrap();
    wait_for_health(&gateway, (503, "the gateway cannot work: the disk is full")).await;
    let message = "The gateway cannot do this now: the disk is full. Nothing was changed. Try again later.";
    assert_refused(&gateway, message).await;
    let run = gateway.wait_until(chatty, |_| true).await;
    assert_eq!(lines(&run)[0], (0, "begun"), "lines that were visible stay visible");
    disk.free();
    wait_for_health(&gateway, (200, "ok")).await;

    let run = gateway.wait_for_end(chatty).await;
    assert_eq!(run["State"], 2);
    assert_eq!(lines(&run).iter().map(|(_, message)| *message).collect::<Vec<_>>(), all_lines());
    assert_eq!(gateway.run("count").await["State"], 2);
    let runs = std::fs::read_to_string(disk.folder().join("runs")).unwrap();
    assert_eq!(runs, "run\nrun\n", "a refused run did not start");
}

#[tokio::test]
async fn full_disk_is_reported_without_requests() {
    let (disk, key) = small_disk();
    let gateway = disk.serve(&key);
    assert_eq!(gateway.health().await, (200, "ok".to_owned()));
    disk.fill();
    wait_for_health(&gateway, (503, "the gateway cannot work: the disk is full")).await;
    disk.free();
    wait_for_health(&gateway, (200, "ok")).await;
}

#[tokio::test]
async fn full_disk_does_not_delay_a_shutdown() {
    let (disk, key) = small_disk();
    let mut gateway = disk.serve(&key);
    let chatty = gateway.execute("chatty").await;
    gateway.wait_until(chatty, |run| lines(run) == [(0, "begun")]).await;
    disk.fill();
    std::fs::write(disk.folder().join("go"), "").unwrap();
    wait_for_health(&gateway, (503, "the gateway cannot work: the disk is full")).await;
    gateway.signal("TERM");
    assert!(gateway.wait_for_exit().await.success());

    // The write-ahead log was removed, and its space is free.
    disk.fill();
    let output = disk.run("serve --listen 127.0.0.1:0 --database disk/gateway.db");
    assert!(output.code != 0 && output.stderr.contains("full"), "{output:?}");
    disk.free();
    let gateway = disk.serve(&key);
    let run = gateway.wait_for_end(chatty).await;
    let log = lines(&run);
    assert_eq!((run["State"].as_i64(), log[0]), (Some(3), (0, "begun")));
    assert!(log.last().unwrap().1.starts_with("The gateway was killed or crashed"), "{run}");
}

#[tokio::test]
async fn full_or_read_only_disk_at_the_start_is_reported() {
    let (disk, key) = small_disk();
    let assert_fails = |expected: &str| {
        for command in ["serve --listen 127.0.0.1:0", "keys create --organization Contoso --name b"] {
            let output = disk.run(&format!("{command} --database disk/new.db"));
            let error = &output.stderr;
            assert_ne!(output.code, 0, "{command}");
            assert!(
                error.contains("disk/new.db cannot be opened.") && error.contains(expected),
                "{command}: {error}"
            );
        }
    };
    disk.fill();
    assert_fails("full");
    disk.free();
    let target = disk.folder().join("disk");
    let target = target.to_str().unwrap();
    std::fs::remove_file(disk.path("new.db")).unwrap();
    disk.mount(&["-o", "remount,ro", target]);
    assert_fails("Read-only file system");
    disk.mount(&["-o", "remount,rw", target]);
    assert_eq!(disk.serve(&key).run("count").await["State"], 2);
}

#[tokio::test]
async fn database_behind_a_bind_mount_has_one_gateway() {
    let (disk, key) = small_disk();
    let _gateway = disk.serve(&key);
    std::fs::create_dir(disk.path("other")).unwrap();
    std::fs::write(disk.path("other/gateway.db"), "").unwrap();
    let folder = disk.folder().to_str().unwrap();
    let (database, other) = (format!("{folder}/disk/gateway.db"), format!("{folder}/disk/other/gateway.db"));
    disk.mount(&["--bind", &database, &other]);
    let output = disk.run(&format!("serve --listen 127.0.0.1:0 --database {other}"));
    let expected = format!("Another gateway uses the database {other}.");
    assert!(output.stderr.starts_with(&expected), "{output:?}");
}

#[tokio::test]
async fn input_output_error_is_reported_until_it_is_gone() {
    let folder = ServerFolder::gateway("[[organization]]\nname = \"Contoso\"\n");
    std::fs::write(folder.file("gateway.toml"), config(folder.path().to_str().unwrap())).unwrap();
    // Beyond a limit on file sizes, writes fail with an error that is not the error of a full disk.
    let mut serve = folder.serve_command_after("trap '' XFSZ");
    // The log file has the limit, too.
    serve.env("RUST_LOG", "off");
    let gateway = folder.start(serve);
    let limit = |size: &str| {
        let limit = format!("--fsize={size}:unlimited");
        let status = Command::new("prlimit").args(["--pid", &gateway.pid(), &limit]).status();
        assert!(status.expect("prlimit, of the package util-linux").success());
    };
    let chatty = gateway.execute("chatty").await;
    gateway.wait_until(chatty, |run| lines(run) == [(0, "begun")]).await;
    limit("4096");
    std::fs::write(folder.file("go"), "").unwrap();
    wait_for_health(&gateway, (503, "the gateway cannot work: the disk reports an input/output error")).await;
    let message = "The gateway cannot do this now: the disk reports an input/output error. \
        Whether anything was changed is unknown.";
    assert_refused(&gateway, message).await;
    limit("unlimited");
    wait_for_health(&gateway, (200, "ok")).await;
    let run = gateway.wait_for_end(chatty).await;
    assert_eq!(run["State"], 2);
    assert_eq!(lines(&run).iter().map(|(_, message)| *message).collect::<Vec<_>>(), all_lines());
    assert_eq!(gateway.run("count").await["State"], 2);
}
