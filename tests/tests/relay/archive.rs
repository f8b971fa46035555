//! What has passed is kept, and is served when the service does not have it anymore.

use serde_json::{Value, json};
use txjobs_sdk::paths;
use txjobs_test_support::{FakeServer, TestServer, has_ended};

use crate::relay::{JOBS, LOAD, Relayed, SLOW, folder, get, id, json, relay_to};

fn messages(execution: &Value) -> Vec<&str> {
    let lines = execution["JobExecutionLogs"].as_array().unwrap();
    lines.iter().map(|line| line["Message"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn ended_execution_outlives_that_of_the_service() {
    let relayed = Relayed::start("");
    relayed.get("/public/jobs").await;
    relayed.run_to_end("Load").await;
    let passed = relayed.get(&format!("/public/jobs/{LOAD}/logs")).await.json();
    let archived = relayed.wait_for_archived(LOAD, 1).await;
    for field in ["Id", "JobId", "TriggerId", "State", "CreateTime", "EndTime"] {
        assert_eq!(archived[0][field], passed[0][field], "{field}");
    }
    assert_eq!(messages(&archived[0]), ["Reading", "No such table"]);
    assert_eq!(archived[0]["JobExecutionLogs"][1]["Severity"], passed[0]["JobExecutionLogs"][1]["Severity"]);
    let Relayed { service, folder, relay, .. } = relayed;
    service.kill();
    assert_eq!(relay.call(paths::list_jobs()).await.status, 502);
    relay.kill();
    // The archive needs no service, also after a restart.
    let relay = folder.serve(&[]);
    let jobs = get(&relay, "/archive/public/jobs").await.json();
    assert_eq!((&jobs[0]["Name"], &jobs[1]["Name"]), (&json!("Load"), &json!("Slow")));
    let executions = get(&relay, &format!("/archive/public/jobs/{LOAD}/logs")).await.json();
    assert_eq!(executions.as_array().unwrap(), &archived);
}

#[tokio::test]
async fn archive_is_read_only_and_needs_a_key() {
    let relayed = Relayed::start("");
    relayed.get("/public/jobs").await;
    let url = format!("{}/archive{}", relayed.relay.address(), paths::execute_job(id(LOAD)).path_and_query());
    let request = relayed.relay.http().post(url).header("apikey", relayed.relay.key());
    let message = txjobs_test_support::receive(request).await.expect_error(405);
    assert!(message.contains("read-only"), "{message}");
    assert_eq!(relayed.relay.get("/archive/public/jobs").await.status, 401);
    assert_eq!(relayed.admin.journal("operation=execute_job").await.len(), 0);
}

#[tokio::test]
async fn running_execution_is_archived_when_it_has_ended() {
    let relayed = Relayed::start("");
    let run = relayed.relay.execute("Slow").await;
    let path = format!("/public/jobs/{SLOW}/logs");
    relayed.service.wait_until(run, |execution| !messages(execution).is_empty()).await;
    relayed.get(&path).await;
    relayed.run_to_end("Load").await;
    relayed.get(&format!("/public/jobs/{LOAD}/logs")).await;
    // Responses are archived in their order, so the first one has been handled.
    relayed.wait_for_archived(LOAD, 1).await;
    assert!(relayed.archived(SLOW).await.is_empty());
    relayed.admin.advance_clock("2h").await;
    relayed.service.wait_until(run, has_ended).await;
    relayed.get(&format!("{path}/{}", run.trigger)).await;
    let archived = relayed.wait_for_archived(SLOW, 1).await;
    assert_eq!(messages(&archived[0]), ["Started", "An hour later"]);
}

/// Executions without their lines, or with some of them, would replace the whole ones for ever.
#[tokio::test]
async fn part_of_a_log_is_not_archived() {
    let relayed = Relayed::start("");
    relayed.get("/public/jobs").await;
    let run = relayed.relay.execute("Load").await;
    let ended = relayed.service.wait_for_end(run).await;
    let last = ended["JobExecutionLogs"][1]["Id"].as_str().unwrap();
    relayed.get(&format!("/public/jobs/{LOAD}/logs?logs=none")).await;
    relayed.get(&format!("/public/jobs/{LOAD}/logs/{}?after={last}", run.trigger)).await;
    relayed.get(&format!("/public/jobs/{LOAD}/logs?limit=1")).await;
    let archived = relayed.wait_for_archived(LOAD, 1).await;
    assert_eq!(archived.len(), 1);
    assert_eq!(messages(&archived[0]), ["Reading", "No such table"]);
}

/// The service may write its answers in another form.
#[tokio::test]
async fn every_form_of_an_answer_is_archived() {
    for behavior in [
        json!({ "casing": "camel" }),
        json!({ "extensions": false }),
        json!({ "times": "noZone" }),
        json!({ "times": "offset" }),
        json!({ "times": "missing" }),
        json!({ "order": "reversed" }),
        json!({ "numberFormat": "float" }),
        json!({ "idFormat": "upperCase" }),
        json!({ "logIds": "missing" }),
        json!({ "fields": "more" }),
    ] {
        let relayed = Relayed::start("");
        relayed.admin.set_behavior(behavior.clone()).await;
        for _ in 0..2 {
            let response = relayed.execute(LOAD).await.json();
            let trigger =
                response.get("TriggerId").or(response.get("triggerId")).unwrap().as_str().unwrap().to_owned();
            txjobs_test_support::wait_until("the end of the run", async || {
                let text = relayed.get(&format!("/public/jobs/{LOAD}/logs/{trigger}")).await.text;
                text.contains("No such table").then_some(())
            })
            .await;
            txjobs_test_support::wait_until("the next run", async || {
                let text = relayed.get(&format!("/public/jobs/{LOAD}/status")).await.text;
                (text.to_lowercase().contains("\"status\":0")).then_some(())
            })
            .await;
        }
        relayed.get(&format!("/public/jobs/{LOAD}/logs")).await;
        let archived = relayed.wait_for_archived(LOAD, 2).await;
        for execution in &archived {
            // Lines stay in the order of the service.
            let mut messages = messages(execution);
            messages.sort_unstable();
            assert_eq!(messages, ["No such table", "Reading"], "{behavior}");
            assert_eq!(execution["State"], 3);
        }
    }
}

#[tokio::test]
async fn executions_of_an_answer_are_archived_by_their_time() {
    let service = FakeServer::start(|_, _| {
        let execution = |hour: u32| {
            json!({
                "JobExecutionLogs": [{ "Severity": 0, "Message": format!("{hour}") }], "State": 2, "JobId": LOAD,
                "Id": format!("00000000-0000-0000-0000-{hour:012}"),
                "CreateTime": format!("2026-01-01T{hour:02}:00:00"), "EndTime": format!("2026-01-01T{hour:02}:30:00"),
            })
        };
        json(200, &json!([execution(3), execution(1), execution(2)]))
    });
    let relay = relay_to(&service, "");
    get(&relay, &format!("/public/jobs/{LOAD}/logs")).await;
    let archived = txjobs_test_support::wait_until("the archive", async || {
        let response = get(&relay, &format!("/archive/public/jobs/{LOAD}/logs")).await;
        (response.status == 200).then(|| response.json()).filter(|all| all.as_array().unwrap().len() == 3)
    })
    .await;
    for (at, hour) in ["1", "2", "3"].into_iter().enumerate() {
        assert_eq!(messages(&archived[at]), [hour]);
        assert_eq!(
            archived[at]["CreateTime"],
            format!("2026-01-01T0{hour}:00:00Z"),
            "a time without a zone is UTC"
        );
    }
}

#[tokio::test]
async fn answer_that_is_no_list_of_executions_is_not_archived() {
    let service = FakeServer::start(|number, request| match request.path() {
        "/public/jobs" => json(200, &json!([{ "Id": LOAD, "Name": "Load" }])),
        _ if number < 6 => {
            let bodies = [json!(null), json!({}), json!([1]), json!([{ "State": 2 }]), json!("x")];
            json(200, &bodies[number % 5])
        }
        _ => json(
            200,
            &json!([
                { "Id": SLOW, "JobId": SLOW, "State": 2, "JobExecutionLogs": [] },
                { "Id": "00000000-0000-0000-0000-000000000000", "JobId": LOAD, "State": 2, "JobExecutionLogs": [] },
                { "Id": LOAD, "JobId": LOAD, "State": 99, "JobExecutionLogs": null },
            ]),
        ),
    });
    let relay = relay_to(&service, "");
    get(&relay, "/public/jobs").await;
    for _ in 0..6 {
        assert_eq!(get(&relay, &format!("/public/jobs/{LOAD}/logs")).await.status, 200);
    }
    let archived = txjobs_test_support::wait_until("the archive", async || {
        let executions = get(&relay, &format!("/archive/public/jobs/{LOAD}/logs")).await;
        (executions.status == 200 && executions.text.len() > 2).then_some(executions.json())
    })
    .await;
    // The execution of another job and the one without an id are left out; an unknown state is kept.
    assert_eq!(archived.as_array().unwrap().len(), 1);
    assert_eq!((&archived[0]["Id"], &archived[0]["State"]), (&json!(LOAD), &json!(99)));
}

/// Callers with their own keys may belong to different organizations of the service.
#[tokio::test]
async fn keys_of_callers_disable_the_archive() {
    let relayed = Relayed::start("callers_key = true");
    assert_eq!(relayed.relay.call_as(relayed.service.key(), paths::list_jobs()).await.status, 200);
    assert_eq!(relayed.get("/archive/public/jobs").await.status, 404);
    let relayed = Relayed::start("callers_key = true\narchive = true");
    relayed.relay.call_as(relayed.service.key(), paths::list_jobs()).await;
    txjobs_test_support::wait_until("the archive", async || {
        (relayed.get("/archive/public/jobs").await.text.contains("Load")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn changed_name_is_explained() {
    let relayed = Relayed::start("");
    relayed.get("/public/jobs").await;
    txjobs_test_support::wait_until("the archive", async || {
        (relayed.get("/archive/public/jobs").await.text.contains("Load")).then_some(())
    })
    .await;
    let Relayed { folder, relay, service, .. } = relayed;
    relay.kill();
    let config = std::fs::read_to_string(folder.file("gateway.toml")).unwrap();
    std::fs::write(folder.file("gateway.toml"), format!("{config}name = \"Other\"\n")).unwrap();
    let key = folder.run(&["keys", "create", "--organization", "Other", "--name", "test"]).expect_success();
    let relay = folder.serve(&[]);
    assert_eq!(relay.call_as(key.trim(), paths::list_jobs()).await.status, 200);
    txjobs_test_support::wait_until("the log", async || {
        folder.log().contains("Set the earlier `name` in `[relay]` again").then_some(())
    })
    .await;
    drop(service);
}

#[tokio::test]
async fn archive_can_be_disabled() {
    let relayed = Relayed::start("archive = false");
    relayed.get("/public/jobs").await;
    assert_eq!(relayed.get("/archive/public/jobs").await.status, 404);
    let config = relayed.relay.get("/config.json").await.json();
    assert_eq!(config.get("profiles"), None);
}

#[tokio::test]
async fn retention_applies_to_the_archive() {
    let service = TestServer::emulator(JOBS);
    let folder = folder(service.address(), "watch = \"1s\"\n[retention]\nkeep_runs = 1", service.key());
    let relay = folder.serve(&[]);
    let mut newest = Value::Null;
    for _ in 0..3 {
        newest = service.run("Load").await["TriggerId"].clone();
    }
    let count = async |relay: &TestServer| {
        let executions = get(relay, &format!("/archive/public/jobs/{LOAD}/logs")).await;
        if executions.status == 200 { executions.json().as_array().unwrap().len() } else { 0 }
    };
    txjobs_test_support::wait_until("the archive", async || (count(&relay).await == 3).then_some(())).await;
    let log = folder.log();
    relay.kill();
    service.kill();
    let relay = folder.serve(&[]);
    txjobs_test_support::wait_until("the deletion", async || (count(&relay).await == 1).then_some(())).await;
    let kept = get(&relay, &format!("/archive/public/jobs/{LOAD}/logs")).await.json();
    assert_eq!(kept[0]["TriggerId"], newest, "the newest one is kept");
    assert!(!log.contains("old runs could not be deleted"), "{log}");
}
