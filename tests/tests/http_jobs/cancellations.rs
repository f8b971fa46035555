//! Runs that are canceled, or that take too long.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use txjobs_sdk::paths;

use crate::support::engine::Kind;
use crate::support::scene::{Scene, last_message, messages};
use crate::support::simple_engine::{SimpleEngine, serve, state};

const CANCELED: &str = "Canceled while it was running.";

#[tokio::test(flavor = "multi_thread")]
async fn run_of_each_engine_is_canceled_there_once() {
    let scene = Scene::start(|_| {}).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Poll, 1).await;
    for run in &runs {
        assert_eq!(scene.server.call(paths::cancel_job(run.job)).await.status, 200);
    }
    for (stand_in, execution) in scene.finish(&runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], 3, "{guide}: {execution:#}");
        assert_eq!(last_message(&execution), CANCELED, "{guide}");
        let cancels = stand_in.requests(Kind::Cancel);
        assert_eq!(cancels.len(), 1, "{guide}: {execution:#}");
        assert!((200..300).contains(&cancels[0].2), "{guide}: {cancels:?}");
        let lines = messages(&execution);
        assert!(
            lines.iter().any(|text| text.starts_with("The engine has accepted to cancel")),
            "{guide}: {lines:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn run_that_exceeds_its_timeout_is_canceled_in_the_engine() {
    let engine = SimpleEngine::start(|request| match request.method.as_str() {
        "DELETE" => state("stopping").into(),
        _ => state("running").into(),
    });
    let server = engine.serve("timeout = \"1s\"\n", &engine.cancel("wait = \"300ms\"\n"));
    let run = server.run("Load").await;
    assert_eq!(run["State"], 3);
    let lines = messages(&run);
    assert_eq!(engine.count("DELETE"), 1, "{lines:?}");
    assert!(
        lines.iter().any(|text| text.contains("has not ended the run 7") && text.contains("within 300ms")),
        "{lines:?}"
    );
    assert_eq!(last_message(&run), "The run took longer than its timeout of 1s and was ended.");
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_cancellation_is_not_repeated_also_after_a_restart() {
    let engine = SimpleEngine::start(|request| match request.method.as_str() {
        "DELETE" => txjobs_test_support::FakeResponse::Hold,
        _ => state("running").into(),
    });
    let mut server = engine.serve("", &engine.cancel("wait = \"300ms\"\n"));
    let run = server.execute("Load").await;
    engine.wait_for("GET").await;
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    engine.wait_for("DELETE").await;
    server.kill_and_restart();
    let execution = server.wait_for_end(run).await;
    assert_eq!(last_message(&execution), CANCELED);
    assert_eq!((engine.count("POST"), engine.count("DELETE")), (1, 1), "{execution:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn job_without_a_cancel_request_says_that_the_run_goes_on() {
    let engine = SimpleEngine::start(|_| state("running").into());
    let server = engine.serve("", "");
    let run = server.execute("Load").await;
    engine.wait_for("GET").await;
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    let execution = server.wait_for_end(run).await;
    let lines = messages(&execution);
    assert!(
        lines.iter().any(|text| text.starts_with("The job has no `cancel` request, so the run 7")),
        "{lines:?}"
    );
    assert_eq!(last_message(&execution), CANCELED);
}

/// A lease of a file on Linux: to open it takes 45 seconds, as with a file server that is away.
struct Lease(Child);

impl Lease {
    fn take(file: &Path) -> Self {
        let script = "import fcntl, signal, sys
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = open(sys.argv[1], 'a')
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print('taken', flush=True)
sys.stdin.read()";
        let mut command = Command::new("python3");
        command.args(["-c", script]).arg(file).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "taken\n");
        Self(process)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Its standard input ends.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn secret_file_that_does_not_respond_delays_neither_a_cancellation_nor_a_stop() {
    let engine = SimpleEngine::start(|_| state("running").into());
    let (folder, mut server) = serve(&engine.config("", ""));
    let _lease = Lease::take(&folder.file("token"));
    let run = server.execute("Load").await;
    let is_running = |run: &serde_json::Value| run["State"] == 1;
    server.wait_until(run, is_running).await;
    let begin = std::time::Instant::now();
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    assert_eq!(last_message(&server.wait_for_end(run).await), CANCELED);
    let run = server.execute("Load").await;
    server.wait_until(run, is_running).await;
    server.signal("TERM");
    assert!(server.wait_for_exit().await.success());
    assert!(begin.elapsed() < std::time::Duration::from_secs(20), "{:?}", begin.elapsed());
    assert_eq!(engine.server.requests().len(), 0);
}
