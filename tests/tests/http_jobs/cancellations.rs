//! Runs that are canceled, or that take too long.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use txjobs_sdk::paths;
use txjobs_test_support::{FakeResponse, json_response};

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

/// The engine asks to wait so long that the next poll would come too late.
fn busy(text: &str) -> FakeResponse {
    let mut response = state(text);
    response.headers_mut().insert("retry-after", "120".parse().unwrap());
    response.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn run_that_has_ended_before_its_timeout_keeps_its_outcome() {
    let polls = AtomicUsize::new(0);
    let engine = SimpleEngine::start(move |_| match polls.fetch_add(1, Ordering::Relaxed) {
        0 => busy("running"),
        _ => state("done").into(),
    });
    let server = engine.serve("timeout = \"2s\"\n", &engine.cancel(""));
    let run = server.run("Load").await;
    assert_eq!(run["State"], 2, "{run:#}");
    assert_eq!((engine.count("GET"), engine.count("DELETE")), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn end_after_a_cancellation_is_seen_although_the_engine_asks_to_wait() {
    let polls = AtomicUsize::new(0);
    let engine = SimpleEngine::start(move |request| match request.method.as_str() {
        "DELETE" => state("stopping").into(),
        // The second one is that right after the cancellation.
        _ => match polls.fetch_add(1, Ordering::Relaxed) {
            0 => busy("running"),
            1 => busy("stopping"),
            _ => state("failed").into(),
        },
    });
    let server = engine.serve("", &engine.cancel("wait = \"1s\"\n"));
    let run = server.execute("Load").await;
    engine.wait_for("GET").await;
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    let run = server.wait_for_end(run).await;
    let lines = messages(&run);
    assert!(lines.iter().any(|text| text.contains("as \"failed\"")), "{lines:?}");
    assert!(!lines.iter().any(|text| text.contains("may go on")), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_cancellation_is_not_repeated_also_after_a_restart() {
    let engine = SimpleEngine::start(|request| match request.method.as_str() {
        "DELETE" => FakeResponse::Hold,
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

#[tokio::test(flavor = "multi_thread")]
async fn cancellation_that_is_refused_as_too_many_requests_is_repeated_after_the_requested_time() {
    let cancels = Mutex::new(Vec::new());
    let (times, received) = std::sync::mpsc::channel();
    let engine = SimpleEngine::start(move |request| match request.method.as_str() {
        "DELETE" => {
            let mut cancels = cancels.lock().unwrap();
            cancels.push(());
            times.send(Instant::now()).unwrap();
            let mut response = json_response(if cancels.len() == 1 { 429 } else { 202 }, "{}");
            response.headers_mut().insert("retry-after", "2".parse().unwrap());
            response.into()
        }
        _ => state("running").into(),
    });
    let server = engine.serve("", &engine.cancel("wait = \"10s\"\n"));
    let run = server.execute("Load").await;
    engine.wait_for("GET").await;
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    let has_accepted =
        |run: &serde_json::Value| run.to_string().contains("The engine has accepted to cancel");
    server.wait_until(run, has_accepted).await;
    let times: Vec<_> = received.try_iter().collect();
    assert_eq!(times.len(), 2);
    assert!(times[1] - times[0] >= Duration::from_secs(2));
}

/// The engine reports the end of the run, and its log does not respond.
#[tokio::test(flavor = "multi_thread")]
async fn run_that_has_ended_keeps_its_outcome_although_its_log_does_not_respond() {
    let engine = SimpleEngine::start(|request| match request.target.as_str() {
        "/log" => FakeResponse::Hold,
        _ => state("done").into(),
    });
    let log =
        format!("{}[organization.job.http.log]\nurl = \"{}/log\"\n", engine.cancel(""), engine.address());
    let config = engine.config("timeout = \"1s\"\n", &log).replace("request_timeout = \"2s\"", "");
    let (_folder, server) = serve(&config);
    let run = server.run("Load").await;
    assert_eq!(run["State"], 2, "{run:#}");
    let lines = messages(&run);
    assert!(
        lines.iter().any(|text| text.starts_with("The end of the engine's log cannot be read: ")),
        "{lines:?}"
    );
    assert_eq!(engine.count("DELETE"), 0);
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
async fn secret_file_that_does_not_respond_delays_no_stop_and_a_put_off_run_is_started_later() {
    let engine = SimpleEngine::start(|_| state("running").into());
    let (folder, mut server) = serve(&engine.config("", ""));
    let lease = Lease::take(&folder.file("token"));
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

    // Nothing was sent for the second run, so the next start of the gateway starts it.
    drop(lease);
    let server = folder.serve(&[]);
    engine.wait_for("GET").await;
    assert_eq!(engine.count("POST"), 1);
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    assert_eq!(last_message(&server.wait_for_end(run).await), CANCELED);
}
