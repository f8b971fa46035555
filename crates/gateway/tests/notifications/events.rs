//! Which events are told, and what is said about them.

use serde_json::json;
use txjobs_sdk::paths;
use txjobs_test_support::{CommandOutput, ServerFolder, shell_jobs};

use crate::receiver::{Receiver, webhook};

const ALL: &str = r#"on = ["failed", "errors", "warnings", "completed", "canceled"]"#;

fn jobs() -> String {
    shell_jobs(&[
        ("works", "echo fine", ""),
        ("warns", "echo careful >&2", ""),
        ("errs", "echo ERROR 1; echo ERROR 2; echo careful >&2", "error = ['^ERROR']"),
        ("fails", "echo 'ERROR \"quoted\" \\ <!channel>'; exit 3", "error = ['^ERROR']"),
        ("long", "sleep 1000", ""),
    ])
}

#[tokio::test]
async fn each_channel_is_told_of_its_events() {
    let [all, usual, filtered] = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
    let config = jobs()
        + &*webhook("All", &all.address, ALL)
        + &*webhook("Usual", &usual.address, "")
        + &*webhook("Filtered", &filtered.address, &format!("{ALL}\njobs = [\"warns\", \"long\"]"));
    let config = format!("console_url = \"https://console.example.com/\"\n{config}");
    let gateway = ServerFolder::gateway(&config).serve(&[]);
    let mut runs = Vec::new();
    for job in ["works", "warns", "errs", "fails"] {
        runs.push(gateway.run(job).await);
    }
    let long = gateway.execute("long").await;
    gateway.wait_until(long, |run| run["State"] == 1).await;
    gateway.call(paths::cancel_job(long.job)).await;
    gateway.wait_for_end(long).await;

    all.wait_for(5).await;
    assert_eq!(all.texts("event"), ["completed", "warnings", "errors", "failed", "canceled"]);
    usual.wait_for(2).await;
    assert_eq!(usual.texts("job"), ["errs", "fails"]);
    filtered.wait_for(2).await;
    assert_eq!(filtered.texts("event"), ["warnings", "canceled"]);

    let failed = &all.received()[3];
    assert_eq!(failed.headers["content-type"], "application/json");
    assert!(failed.headers["user-agent"].to_str().unwrap().starts_with("txjobs-gateway/"));
    let (run, body) = (&runs[3], &failed.body);
    let duration = body["duration"].as_str().unwrap();
    let trigger = run["TriggerId"].as_str().unwrap();
    let job = run["JobId"].as_str().unwrap();
    let expected = json!({
        "title": format!("fails failed after {duration}"),
        "event": "failed",
        "event_id": format!("ended:{}", run["Id"].as_str().unwrap()),
        "organization": "Contoso",
        "job": "fails",
        "job_id": job,
        "state": "failed",
        "started_by": "api",
        "trigger_id": trigger,
        "execution_id": run["Id"],
        "started": body["started"],
        "ended": body["ended"],
        "duration": duration,
        "warnings": 0,
        "errors": 2,
        "first_error": "ERROR \"quoted\" \\ <!channel>",
        "link": "",
        "console_link": format!("https://console.example.com/#/jobs/{job}/runs/{trigger}"),
    });
    assert_eq!(*body, expected);
    let second = |time: &str| time.split('.').next().unwrap().trim_end_matches('Z').to_owned();
    assert_eq!(second(body["started"].as_str().unwrap()), second(run["CreateTime"].as_str().unwrap()));
    let errs = &all.received()[2].body;
    assert_eq!(
        (&errs["warnings"], &errs["errors"], &errs["first_error"]),
        (&json!(1), &json!(2), &json!("ERROR 1"))
    );
}

#[tokio::test]
async fn slow_run_is_told_once_while_it_is_running() {
    let receiver = Receiver::start().await;
    let config = jobs() + &*webhook("Slow", &receiver.address, "on = [\"canceled\"]\nslow = \"1s\"");
    let mut gateway = ServerFolder::gateway(&config).serve(&[]);
    gateway.run("works").await;
    let long = gateway.execute("long").await;
    let first = &receiver.wait_for(1).await[0].body;
    assert_eq!(
        (&first["event"], &first["state"], &first["ended"]),
        (&json!("slow"), &json!("running"), &json!(""))
    );
    assert_eq!(first["title"], "long has been running for more than 1s");
    gateway.call(paths::cancel_job(long.job)).await;
    gateway.wait_for_end(long).await;
    receiver.wait_for(2).await;
    assert_eq!(receiver.texts("event"), ["slow", "canceled"]);
    // A restart repeats nothing.
    gateway.kill_and_restart();
    let again = gateway.execute("long").await;
    gateway.wait_until(again, |run| run["State"] == 1).await;
    gateway.call(paths::cancel_job(again.job)).await;
    receiver.wait_for(3).await;
    assert_eq!(receiver.texts("event").last().unwrap(), "canceled");
}

/// The check is due every minute, so this takes up to one.
#[tokio::test]
async fn job_that_has_not_started_is_told() {
    let receiver = Receiver::start().await;
    let settings = "on = []\njobs = [\"works\", \"warns\"]\n\
                    not_started = { check = \"* * * * *\", time_zone = \"Europe/Copenhagen\", within = \"10m\" }";
    let config = jobs() + &*webhook("Missing", &receiver.address, settings);
    let gateway = ServerFolder::gateway(&config).serve(&[]);
    gateway.run("works").await;
    let body = crate::receiver::wait_for_long(|| receiver.received().first().cloned()).await.body;
    assert_eq!(
        (&body["event"], &body["job"], &body["state"]),
        (&json!("not_started"), &json!("warns"), &json!(""))
    );
    let title = body["title"].as_str().unwrap();
    assert!(title.starts_with("warns did not start within the 10m before 20"), "{title}");
    assert!(title.ends_with(" (Europe/Copenhagen)"), "{title}");
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn test_command_says_what_happened() {
    let receiver = Receiver::start().await;
    let refused = txjobs_test_support::closed_address();
    let config = jobs()
        + &*webhook("Works", &receiver.address, "")
        + &*webhook("Fails", &format!("http://{refused}/secret-path-1234"), "");
    let folder = ServerFolder::gateway(&config);
    let output = CommandOutput::of(&mut folder.command(&["notify", "test", "Works"])).expect_success();
    assert_eq!(output, "Works\twebhook\tdelivered (200 OK)\n");
    let body = &receiver.received()[0].body;
    assert_eq!((&body["event"], &body["state"]), (&json!("test"), &json!("test")));
    assert_eq!(body["title"], "Test of the notification channel \"Works\"");
    assert_eq!((&body["job"], &body["errors"]), (&json!("Test (no job)"), &json!(0)));
    let output = folder.run(&["notify", "test"]);
    assert_ne!(output.code, 0);
    assert!(
        output.stdout.contains("Fails\twebhook\tfailed: no connection: Connection refused"),
        "{output:?}"
    );
    assert!(output.stderr.contains("not delivered to all recipients: 1 of 2"), "{output:?}");
    assert!(!output.stdout.contains("secret-path"), "{output:?}");
    let output = folder.run(&["notify", "test", "Other"]);
    assert!(
        output.stderr.contains("no channel \"Other\"") && output.stderr.contains("\"Works\", \"Fails\""),
        "{output:?}"
    );
    let output = ServerFolder::gateway(&jobs()).run(&["notify", "test"]);
    assert!(output.code != 0 && output.stderr.contains("has no channels"), "{output:?}");
}
