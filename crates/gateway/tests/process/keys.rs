//! Keys that another process makes and revokes while the gateway answers from memory.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use txjobs_sdk::paths;

use crate::gateway_process::{Home, command, shell_jobs};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_revoked_by_another_process_is_refused_at_once() {
    // One job writes a line every few milliseconds, so that the database changes all the time.
    let script = "while sleep 0.005; do echo line; done";
    let home = Home::new(&shell_jobs(&[("busy", script, "")]));
    let gateway = home.serve(&[]);
    let begun = gateway.execute("busy").await;
    let status = async |key: &str| {
        let url = format!("{}{}", gateway.url, paths::list_jobs().path_and_query());
        gateway.http.get(url).header(paths::API_KEY_HEADER, key).send().await.unwrap().status().as_u16()
    };
    let (is_over, answers) = (AtomicBool::new(false), AtomicUsize::new(0));
    let load = async || {
        while !is_over.load(Ordering::Relaxed) {
            assert_eq!(status(home.key.expose()).await, 200);
            answers.fetch_add(1, Ordering::Relaxed);
        }
    };
    let run = async |verb| {
        let arguments = ["keys", verb, "--organization", "Contoso", "--name", "short"];
        let output = tokio::process::Command::from(command(home.folder.path())).args(arguments).output();
        let output = output.await.unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let keys = async || {
        for _ in 0..10 {
            let key = run("create").await;
            assert_eq!(status(key.trim()).await, 200, "a new key");
            run("revoke").await;
            assert_eq!(status(key.trim()).await, 401, "a revoked key");
        }
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(keys(), load(), load(), load());
    assert!(answers.load(Ordering::Relaxed) > 100);
    gateway.ask(paths::cancel_job(begun.0)).await;
    gateway.outcome(begun).await;
}
