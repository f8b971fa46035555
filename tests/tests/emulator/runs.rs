//! Runs the SDK and the command line against every behavior: the right outcome, each line once and in order, one execute, and
//! no key in the output. Faults are in `runs_faults`, lost runs in `runs_lost`.

use futures::{StreamExt, future::join_all};
use serde_json::{Value, json};
use txjobs_sdk::{ExecutionState, RunEvent, types::JobId};
use txjobs_test_support::CommandOutput;

use crate::tested_emulator::{
    MAX_WAIT, TestedEmulator, assert_messages_in_order, assert_none_failed, failed_check,
};
use crate::{JOBS, LOAD};

/// The number of emulators that share the behaviors. Most of the time they wait.
const EMULATORS: usize = 4;

/// Returns each documented behavior, and some combinations.
fn behaviors() -> Vec<Value> {
    let mut behaviors = vec![
        json!({}),
        json!({ "prefix": "/tenant/api" }),
        json!({ "keyHeader": "x-api-key" }),
        json!({ "extensions": false }),
        json!({ "casing": "camel" }),
        json!({ "times": "offset" }),
        json!({ "times": "noZone" }),
        json!({ "times": "null" }),
        json!({ "times": "empty" }),
        json!({ "times": "missing" }),
        json!({ "executeStatus": 201 }),
        json!({ "executeStatus": 202 }),
        json!({ "errors": "html", "pendingLogs": "notFound", "startDelay": "300ms" }),
        json!({ "busy": "badRequest" }),
        json!({ "busy": "queue" }),
        json!({ "pendingLogs": "notFound", "startDelay": "300ms" }),
        json!({ "pendingLogs": "created", "startDelay": "300ms" }),
        json!({ "unknownTrigger": "notFound" }),
        json!({ "unknownJob": 400 }),
        json!({ "invalidKey": 403 }),
        json!({ "order": "reversed" }),
        json!({ "order": "shuffled", "extensions": false }),
        json!({ "repeats": true, "extensions": false }),
        json!({ "lateLines": "400ms" }),
        json!({ "numbers": "unknown" }),
        json!({ "fields": "more" }),
        json!({ "fields": "fewer" }),
        json!({ "emptyArrays": "null", "startDelay": "300ms" }),
        json!({ "cors": false }),
        json!({ "rateLimit": { "requests": 3, "per": "1s" } }),
        json!({ "rateLimit": { "requests": 3, "per": "1s", "retryAfter": "date" } }),
        json!({
            "prefix": "/v2", "keyHeader": "x-api-key", "casing": "camel", "times": "noZone", "executeStatus": 202,
            "errors": "problem", "extensions": false, "order": "shuffled", "repeats": true, "lateLines": "300ms",
            "fields": "more", "pendingLogs": "notFound", "startDelay": "300ms", "emptyArrays": "null",
        }),
    ];
    behaviors.extend([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|digits| json!({ "fractionDigits": digits })));
    behaviors.extend(odd_behaviors());
    behaviors
}

/// Returns behaviors with unusual responses.
fn odd_behaviors() -> Vec<Value> {
    let rate_limit = json!({ "requests": 3, "per": "1s", "retryAfter": "date" });
    vec![
        json!({ "badText": "unpairedSurrogates" }),
        json!({ "badText": "invalidUtf8" }),
        json!({ "logIds": "changing" }),
        json!({ "logIds": "identical" }),
        json!({ "logIds": "missing" }),
        json!({ "logIds": "null" }),
        json!({ "logIds": "changing", "order": "shuffled", "extensions": false }),
        json!({ "logIds": "identical", "lateLines": "400ms" }),
        json!({ "idFormat": "digits" }),
        json!({ "idFormat": "braces" }),
        json!({ "idFormat": "parentheses" }),
        json!({ "idFormat": "upperCase" }),
        json!({ "numberFormat": "string" }),
        json!({ "numberFormat": "float" }),
        json!({ "numberFormat": "name" }),
        json!({ "numberFormat": "string", "numbers": "unknown" }),
        json!({ "replicaLag": "400ms" }),
        json!({ "replicaLag": "1500ms" }),
        json!({ "replicaLag": "1500ms", "logIds": "changing" }),
        json!({ "replicaLag": "1500ms", "pendingLogs": "notFound", "startDelay": "1s" }),
        json!({ "echoKey": true, "errors": "plain", "pendingLogs": "notFound", "startDelay": "300ms" }),
        json!({ "errors": "htmlMessage", "pendingLogs": "notFound", "startDelay": "300ms" }),
        json!({ "clockSkew": "1h", "rateLimit": rate_limit }),
        json!({ "clockSkew": "-1h", "rateLimit": rate_limit }),
        json!({
            "prefix": "/v3", "keyHeader": "x-api-key", "casing": "camel", "times": "offset", "extensions": false,
            "badText": "invalidUtf8", "logIds": "changing", "idFormat": "braces", "numberFormat": "string",
            "replicaLag": "1200ms", "echoKey": true, "errors": "htmlMessage", "order": "shuffled",
            "pendingLogs": "notFound", "startDelay": "300ms", "clockSkew": "-1h",
        }),
    ]
}

/// Sets and checks each of the behaviors, also after a failure of one.
async fn check_every_behavior(check: impl AsyncFn(&TestedEmulator)) {
    let behaviors = behaviors();
    let shares = (0..EMULATORS).map(|nth| behaviors.iter().skip(nth).step_by(EMULATORS).cloned());
    let failed = join_all(shares.map(async |share| {
        let mut emulator = TestedEmulator::start(JOBS);
        let mut failed = Vec::new();
        for settings in share {
            emulator.set_behavior(settings.clone()).await;
            failed.extend(failed_check(&settings.to_string(), check(&emulator)).await);
        }
        failed
    }))
    .await;
    assert_none_failed(&failed.concat());
}

#[tokio::test]
async fn command_line_works_with_every_behavior() {
    check_every_behavior(async |emulator| {
        let what =
            |command: &str, result: &CommandOutput| format!("{command}, {}: {result:?}", emulator.behavior);
        let run = emulator.run(&["run", "Load", "--timeout", "60s"]).await;
        let expected = if emulator.state() == ExecutionState::CompletedWithWarnings { 0 } else { 1 };
        assert_eq!(run.code, expected, "{}", what("run", &run));
        assert_messages_in_order(&run.stdout, emulator.messages(), &what("run", &run));
        let executes = emulator.admin.journal("operation=execute_job").await;
        assert_eq!(executes.len(), 1, "{}", what("run", &run));

        // Reads the same run by its trigger id, as the newest run, and in the list.
        let trigger_id = executes[0].trigger_id.clone().unwrap();
        let follow = emulator.run(&["follow", "Load", &trigger_id, "--timeout", "60s"]).await;
        assert_eq!(follow.code, expected, "{}", what("follow", &follow));
        assert_messages_in_order(&follow.stdout, emulator.messages(), &what("follow", &follow));
        let logs = emulator.run(&["logs", "Load"]).await;
        assert_eq!(logs.code, 0, "{}", what("logs", &logs));
        assert_messages_in_order(&logs.stdout, emulator.messages(), &what("logs", &logs));
        let jobs = emulator.run(&["jobs"]).await;
        assert!(
            jobs.code == 0 && jobs.stdout.contains("Load") && jobs.stdout.contains("idle"),
            "{}",
            what("jobs", &jobs)
        );
        assert_eq!(emulator.execute_count().await, 1, "{}", what("afterwards", &run));
    })
    .await;
}

#[tokio::test]
async fn sdk_works_with_every_behavior() {
    check_every_behavior(async |emulator| {
        let settings = &emulator.behavior;
        let job: JobId = LOAD.parse().unwrap();
        let events = emulator.client().execute_and_follow(job).collect::<Vec<_>>();
        let events = tokio::time::timeout(MAX_WAIT, events).await.unwrap();
        let messages: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Ok(RunEvent::Line(line)) => Some(line.message.as_str()),
                _ => None,
            })
            .collect();
        let is_bad = settings.get("badText").is_some();
        assert!(
            messages.iter().all(|message| message.ends_with('\u{fffd}') == is_bad),
            "{settings}: {messages:?}"
        );
        let messages: Vec<_> = messages.iter().map(|message| message.trim_end_matches('\u{fffd}')).collect();
        assert_eq!(messages, emulator.messages(), "{settings}: {events:?}");
        let Some(Ok(RunEvent::Ended(execution))) = events.last() else { panic!("{settings}: {events:?}") };
        assert_eq!(execution.state, emulator.state(), "{settings}");
        assert!(!execution.id.0.is_nil() && execution.job_id == job, "{settings}: {execution:?}");
        let states = events.iter().filter_map(|event| match event {
            Ok(RunEvent::State(state)) => Some(state.is_final()),
            _ => None,
        });
        assert!(states.is_sorted(), "a final state is the last one, {settings}: {events:?}");
        assert!(!format!("{events:?}").contains(emulator.server.key()), "{settings}");
        assert_eq!(emulator.execute_count().await, 1, "{settings}");
    })
    .await;
}

/// Equal lines at one time are distinguished by their count.
#[tokio::test]
async fn equal_lines_of_one_second_are_all_printed_with_any_ids() {
    const TWINS: &str = r#"
[[organization]]
name = "Test"
[[organization.job]]
name = "Twins"
[organization.job.script]
state = "completed"
lines = [
  { message = "Same" }, { message = "Same" }, { message = "Between" },
  { after = "1200ms", message = "Same" }, { message = "Same" },
]
"#;
    let mut emulator = TestedEmulator::start(TWINS);
    for ids in ["unique", "changing", "identical", "missing", "null"] {
        for other in [json!({}), json!({ "order": "reversed" }), json!({ "replicaLag": "700ms" })] {
            let mut settings = json!({ "logIds": ids, "fractionDigits": 0 });
            settings.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
            emulator.set_behavior(settings.clone()).await;
            let run = emulator.run(&["run", "Twins", "--timeout", "60s"]).await;
            assert_eq!(run.code, 0, "{settings}: {run:?}");
            let count = |text: &str| run.stdout.lines().filter(|line| line.ends_with(text)).count();
            assert_eq!((count("Same"), count("Between")), (4, 1), "{settings}: {run:?}");
            assert_eq!(emulator.execute_count().await, 1, "{settings}");
        }
    }
}
