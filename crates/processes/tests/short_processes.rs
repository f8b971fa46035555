//! Processes that live for a millisecond, among many others.

#![cfg(target_os = "linux")]

use std::future::pending;
use std::process::Command;
use std::time::Duration;

use uuid::Uuid;

/// A listing of this many processes takes longer than one of the chain lives.
const OTHERS: usize = 1500;

/// Each process starts the next one and ends, as long as the file exists.
const CHAIN: &str = "[ -e link ] && sh link &";

#[tokio::test]
async fn every_search_finds_a_chain_of_short_processes_among_many_others() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("link"), CHAIN).unwrap();
    // They end at once, and are listed until somebody waits for them.
    let others: Vec<_> = (0..OTHERS).map(|_| Command::new("true").spawn().unwrap()).collect();
    let mut command = tokio::process::Command::new("sh");
    command.arg("link").current_dir(folder.path());
    let (mut child, processes) = txjobs_processes::start(command, Uuid::new_v4()).await.unwrap();
    assert!(child.wait().await.unwrap().success());
    for search in 0..30 {
        assert!(!processes.list().await.is_empty(), "search {search}");
    }
    let report = processes.end(None, Duration::ZERO, pending()).await;
    assert!(!report.ended.is_empty() || !report.killed.is_empty(), "{report:?}");
    assert!(report.remaining.is_empty(), "{report:?}");
    assert!(processes.list().await.is_empty());
    for mut other in others {
        other.wait().unwrap();
    }
}
