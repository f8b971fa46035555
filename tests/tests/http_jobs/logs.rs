//! Lines of the engines' logs, each of which is written once.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use txjobs_test_support::{TestServer, json_response, wait_until};

use crate::support::engine::{Kind, Phase};
use crate::support::scene::{Scene, messages};
use crate::support::simple_engine::SimpleEngine;

#[tokio::test(flavor = "multi_thread")]
async fn each_line_of_an_engine_is_written_once_also_after_a_kill() {
    let mut scene = Scene::start(|stand_in| {
        stand_in.add_line("line 1");
        stand_in.add_line("line 2 WARN");
    })
    .await;
    let runs = scene.execute_all().await;
    for (stand_in, run) in scene.stand_ins.iter().zip(&runs).filter(|(stand_in, _)| stand_in.engine.has_log())
    {
        let is_copied = |execution: &Value| messages(execution).contains(&"line 2 WARN");
        scene.server.wait_until(*run, is_copied).await;
        stand_in.add_line("line 3");
    }
    scene.wait_for(Kind::Poll, 1).await;
    scene.server.kill_and_restart();
    scene.stand_ins.iter().for_each(|stand_in| stand_in.add_line("line 4"));
    scene.set_phase(Phase::Succeeded);
    for (stand_in, execution) in scene.finish(&runs).await {
        let lines: Vec<_> =
            messages(&execution).into_iter().filter(|text| text.starts_with("line ")).collect();
        match stand_in.engine.has_log() {
            true => assert_eq!(lines, ["line 1", "line 2 WARN", "line 3", "line 4"], "{execution:#}"),
            false => assert_eq!(lines, [""; 0]),
        }
        // dbt Cloud's guide has a pattern for warnings.
        let expected = if stand_in.engine.guide() == "dbt-cloud" { 5 } else { 2 };
        assert_eq!(execution["State"], expected, "{execution:#}");
    }
}

/// Kills the gateway while it copies many lines.
#[tokio::test(flavor = "multi_thread")]
async fn no_line_is_lost_or_doubled_by_kills_while_lines_are_written() {
    const LINES: usize = 30_000;
    const KILLS: usize = 4;
    let state = Arc::new(Mutex::new(("running", LINES / 2)));
    let shared = Arc::clone(&state);
    let engine = SimpleEngine::start(move |_| {
        let (state, count) = *shared.lock().unwrap();
        let lines: Vec<_> = (0..count).map(|line| format!("line {line}")).collect();
        json_response(200, &json!({ "state": state, "lines": lines }).to_string()).into()
    });
    let mut server = engine.serve("", "[organization.job.http.log]\nmessage = [\"/lines/*\"]\n");
    let run = server.execute("Load").await;
    for kill in 1..=KILLS {
        let count = LINES / 2 / KILLS * kill / 2;
        wait_until("some of the lines", async || (count_of_lines(&server, run).await > count).then_some(()))
            .await;
        server.kill_and_restart();
    }
    *state.lock().unwrap() = ("done", LINES);
    let execution = server.wait_for_end(run).await;
    assert_eq!(execution["State"], 2);
    let lines: Vec<_> = messages(&execution).into_iter().filter(|text| text.starts_with("line ")).collect();
    let expected: Vec<_> = (0..LINES).map(|line| format!("line {line}")).collect();
    assert!(lines == expected, "{} lines", lines.len());
    assert_eq!(engine.count("POST"), 1);
}

async fn count_of_lines(server: &TestServer, run: txjobs_test_support::StartedRun) -> usize {
    let request = txjobs_sdk::paths::get_job_logs_by_trigger(run.job, run.trigger, None);
    let executions = server.call(request).await.json();
    executions[0]["JobExecutionLogs"].as_array().map_or(0, Vec::len)
}

/// An engine whose polls report these documents, the last one again and again.
fn engine_with(documents: Vec<Value>) -> SimpleEngine {
    let polls = Mutex::new(documents.into_iter().peekable());
    SimpleEngine::start(move |_| {
        let mut polls = polls.lock().unwrap();
        let next = polls.next().unwrap();
        if polls.peek().is_none() {
            *polls = vec![next.clone()].into_iter().peekable();
        }
        json_response(200, &next.to_string()).into()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_steps_in_parallel_decide_the_outcome() {
    let steps = |state: &str, a: &str, b: &str| json!({ "state": state, "s": [{ "l": a }, { "l": b }] });
    let engine = engine_with(vec![
        steps("running", "a1\n", "b1\n"),
        steps("running", "a1\nERROR in a\n", "b1\n"),
        steps("done", "a1\nERROR in a\n", "b1\nb2"),
    ]);
    let server =
        engine.serve("error = [\"^ERROR\"]\n", "[organization.job.http.log]\nmessage = [\"/s/*/l\"]\n");
    let run = server.run("Load").await;
    assert_eq!(run["State"], 4, "{run:#}");
    let lines: Vec<_> = messages(&run).into_iter().filter(|text| !text.starts_with("The engine ")).collect();
    assert_eq!(lines, ["a1", "b1", "ERROR in a", "b2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn log_that_loses_its_beginning_is_continued_and_says_so_once() {
    let window = |state: &str, from: usize| {
        let lines: String = (from..from + 10).map(|line| format!("line {line}\n")).collect();
        json!({ "state": state, "l": lines })
    };
    let engine = engine_with(vec![
        window("running", 0),
        window("running", 4),
        window("running", 9),
        window("done", 12),
    ]);
    let server = engine.serve("", "[organization.job.http.log]\nmessage = [\"/l\"]\n");
    let run = server.run("Load").await;
    assert_eq!(run["State"], 2, "{run:#}");
    let lines: Vec<_> = messages(&run).into_iter().filter(|text| text.starts_with("line ")).collect();
    assert_eq!(lines, (0..22).map(|line| format!("line {line}")).collect::<Vec<_>>());
    let noted =
        messages(&run).into_iter().filter(|text| text.contains("no longer has its earlier lines")).count();
    assert_eq!(noted, 1, "{run:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn last_line_without_an_end_is_written_when_a_run_is_given_up() {
    for (is_canceled, cancels) in [(false, false), (false, true), (true, false)] {
        let engine = engine_with(vec![json!({ "state": "running", "l": "first\nlast words" })]);
        let cancel = if cancels { engine.cancel("wait = \"300ms\"\n") } else { String::new() };
        let timeout = if is_canceled { "" } else { "timeout = \"1s\"\n" };
        let server =
            engine.serve(timeout, &format!("{cancel}[organization.job.http.log]\nmessage = [\"/l\"]\n"));
        let run = server.execute("Load").await;
        if is_canceled {
            engine.wait_for("GET").await;
            assert_eq!(server.call(txjobs_sdk::paths::cancel_job(run.job)).await.status, 200);
        }
        let run = server.wait_for_end(run).await;
        assert_eq!(run["State"], 3, "{run:#}");
        let is_of_engine = |text: &&str| ["first", "last words"].contains(text);
        let lines: Vec<_> = messages(&run).into_iter().filter(is_of_engine).collect();
        assert_eq!(lines, ["first", "last words"], "{run:#}");
    }
}
