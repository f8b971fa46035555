//! Lines of pods, as they come and each once.

use txjobs_test_support::lines;

use crate::cluster::{Fault, Kind};
use crate::scene::{IMAGE, Scene, messages};
use crate::statuses;

#[tokio::test]
async fn lines_are_in_the_log_while_the_pod_runs() {
    let patterns = "error = ['^ERROR']\nwarning = ['deprecated']";
    let scene = Scene::with_settings(statuses::running(), patterns, IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.write(&["begun"]);
    scene.server.wait_until(run, |run| messages(run).contains(&"begun")).await;
    scene.cluster.write(&["ERROR: row 3", "deprecated", "done"]);
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!(run["State"], 4, "{run:#}");
    let log = lines(&run);
    assert_eq!(log[1..], [(0, "begun"), (2, "ERROR: row 3"), (1, "deprecated"), (0, "done")], "{run:#}");
    assert!(log[0].1.starts_with("Kubernetes runs the Job txjobs-"), "{run:#}");
}

#[tokio::test]
async fn cut_off_log_is_continued_without_gaps_and_repetitions() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    // In the middle of a line, at a line end, before the first line, and with refused and garbled responses in between.
    for fault in [
        Fault::CutAfter(100),
        Fault::CutAfter(0),
        Fault::Respond(500, "InternalError", "the node is away"),
        Fault::CutAfter(38 * 3),
        Fault::Respond(400, "BadRequest", "container is waiting to start"),
        Fault::CutAfter(300),
    ] {
        scene.cluster.add_fault(Kind::Log, fault);
    }
    let texts: Vec<_> = (0..40).map(|n| format!("line {n:02}")).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.write(&texts[..30]);
    scene.cluster.wait_for(Kind::Log, 7).await;
    scene.cluster.write(&texts[30..]);
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!(run["State"], 2, "{run:#}");
    assert_eq!(messages(&run)[1..], texts, "{run:#}");
    assert!(scene.cluster.requests(Kind::Log).iter().any(|since| !since.is_empty()));
}

#[tokio::test]
async fn log_of_a_run_that_was_too_quick_to_be_seen_is_complete() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    scene.cluster.add_fault(Kind::Log, Fault::Respond(500, "InternalError", "not yet"));
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.write(&["all", "at", "once"]);
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!(messages(&run)[1..], ["all", "at", "once"], "{run:#}");
}

#[tokio::test]
async fn log_that_may_not_be_read_is_a_warning() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    for _ in 0..50 {
        scene.cluster.add_fault(Kind::Log, Fault::Respond(403, "Forbidden", "pods \"x\" is forbidden"));
    }
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 2).await;
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!(run["State"], 5, "{run:#}");
    let warnings: Vec<_> = lines(&run).into_iter().filter(|(severity, _)| *severity == 1).collect();
    assert_eq!(warnings.len(), 1, "{run:#}");
    assert!(warnings[0].1.contains("Give the gateway's account a Role"), "{run:#}");
}
