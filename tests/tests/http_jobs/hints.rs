//! Configurations that do not fit the engine: the log of the run says what to correct.

use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::json_response;

use crate::support::scene::{last_message, messages};
use crate::support::simple_engine::{SECRET, SimpleEngine, serve, state};

/// Returns the only line with this text of a run that is polled with this place of its state, and gets this response.
async fn line_about_state(place: &str, body: serde_json::Value, text: &str) -> String {
    let body = body.to_string();
    let engine = SimpleEngine::start(move |_| json_response(200, &body).into());
    let config = engine.config("timeout = \"8h\"\n", "").replace("state = [\"/state\"]", place);
    let (_folder, server) = serve(&config);
    let run = server.execute("Load").await;
    let run_has_line =
        server.wait_until(run, |run| messages(run).iter().any(|line| line.contains(text))).await;
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    let found: Vec<_> = messages(&run_has_line).into_iter().filter(|line| line.contains(text)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_place_of_the_state_names_the_keys_of_the_response() {
    let end = "Correct `state` in `http.poll`. The run counts as running until its timeout of 8h.";
    for (place, body, expected) in [
        (
            "state = [\"/State\"]",
            json!({ "state": "running", "dag_run_id": "a value" }),
            format!("at \"/State\". It has the keys \"dag_run_id\", \"state\". {end}"),
        ),
        (
            "state = [\"/data/*/State\", \"/x\"]",
            json!({ "data": [{ "state": "running" }] }),
            format!("at \"/data/*/State\" or \"/x\". At \"/data/*\" it has the key \"state\". {end}"),
        ),
        (
            "state = [\"/status\"]",
            json!({ "status": { "state": "running" } }),
            format!("at \"/status\". At \"/status\" it has the key \"state\". {end}"),
        ),
        (
            "state = [\"/0/state\"]",
            json!({ "state": "running" }),
            format!("at \"/0/state\". It has the key \"state\". {end}"),
        ),
        ("state = [\"/state\"]", json!([1]), format!("at \"/state\". It is an array. {end}")),
        (
            "state = [\"/state\"]",
            json!({ "state": null }),
            "at \"/state\": the value is null. The run counts as running until its timeout of 8h.".to_owned(),
        ),
    ] {
        let line = line_about_state(place, body, "has no state").await;
        assert_eq!(line, format!("The response has no state {expected}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_keys_of_a_response_are_bounded_and_masked() {
    let mut keys = vec![format!("!{SECRET}"), "\u{1b}[31m\n".to_owned()];
    keys.extend((0..1000).map(|index| format!("key-{index:04}-{}", "x".repeat(1000))));
    let body: serde_json::Value = keys.into_iter().map(|key| (key, json!("a value"))).collect();
    let line = line_about_state("state = [\"/state\"]", body, "has no state").await;
    assert!(line.len() < 2000 && line.contains("\"!***\"") && line.contains("and 982 more"), "{line}");
    assert!(!line.contains("a value") && !line.contains('\u{1b}') && !line.contains('\n'), "{line:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_state_says_where_to_add_it() {
    let line =
        line_about_state("state = [\"/state\"]", json!({ "state": "rebooting" }), "unknown state").await;
    assert_eq!(
        line,
        "The engine reports the unknown state \"rebooting\", which is taken as running. Add it to a list in `http.poll`."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn success_that_is_not_accepted_says_where_to_add_it() {
    let engine = SimpleEngine::start_with(|_, _| json_response(200, "{\"id\": 7}").into());
    let (_folder, server) = serve(&engine.config("", "").replacen("run_id =", "accept = [201]\nrun_id =", 1));
    let run = server.run("Load").await;
    let last = last_message(&run);
    assert!(last.starts_with("It is unknown whether the run was started in the engine"), "{last}");
    let hint = "200 is not in `accept` of `http.start`. Add it if the engine has started the run.";
    assert!(last.contains(hint), "{last}");
    // Another status gets no hint.
    let engine = SimpleEngine::start_with(|_, _| json_response(503, "{}").into());
    let server = engine.serve("", "");
    let run = server.run("Load").await;
    assert!(!last_message(&run).contains("`accept`"), "{run:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancellation_that_is_not_accepted_says_where_to_add_its_status() {
    let engine = SimpleEngine::start(|request| match request.method.as_str() {
        "DELETE" => json_response(207, "{}").into(),
        _ => state("running").into(),
    });
    let server = engine.serve("", &engine.cancel("accept = [202]\nwait = \"100ms\"\n"));
    let run = server.execute("Load").await;
    engine.wait_for("GET").await;
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    let run = server.wait_for_end(run).await;
    let hint = "207 is not in `accept` of `http.cancel`. Add it if the engine has canceled the run.";
    assert!(messages(&run).iter().any(|line| line.contains(hint)), "{run:#}");
}
