use serde_json::json;
use txjobs_sdk::paths;
use txjobs_sdk::types::{LogId, TriggerId};
use uuid::Uuid;

use crate::house::{House, lines};

#[tokio::test]
async fn only_the_execution_of_the_trigger() {
    let house = House::working().await;
    let job = house.job("Quick");
    house.run("Quick").await;
    let trigger = house.execute(job).await;
    let run = house.outcome(job, trigger).await;
    assert_eq!(run["TriggerId"], json!(trigger));
    let unknown = paths::get_job_logs_by_trigger(job, TriggerId(Uuid::new_v4()), None);
    assert_eq!(house.ask(unknown).await.ok(), json!([]));
    let other_job = paths::get_job_logs_by_trigger(house.job("Slow"), trigger, None);
    assert_eq!(house.ask(other_job).await.ok(), json!([]));
    let foreign = paths::get_job_logs_by_trigger(job, trigger, None);
    house.ask_as(&house.keys[1], foreign).await.refused(404);
}

#[tokio::test]
async fn empty_while_pending() {
    let house = House::idle().await;
    let job = house.job("Quick");
    let trigger = house.execute(job).await;
    assert_eq!(house.ask(paths::get_job_logs_by_trigger(job, trigger, None)).await.ok(), json!([]));
}

#[tokio::test]
async fn after_gives_the_later_lines() {
    let house = House::working().await;
    let job = house.job("Quick");
    let trigger = house.execute(job).await;
    let run = house.outcome(job, trigger).await;
    let id = |n: usize| -> LogId { run["JobExecutionLogs"][n]["Id"].as_str().unwrap().parse().unwrap() };
    for (after, expected) in [(id(0), 4), (id(2), 2), (id(4), 0)] {
        let body = house.ask(paths::get_job_logs_by_trigger(job, trigger, Some(after))).await.ok();
        assert_eq!(lines(&body[0]), lines(&run)[5 - expected..]);
        assert_eq!(body[0]["State"], 2);
    }
    // Liberal: who asks with an id of elsewhere gets everything and drops what it has.
    for stranger in [LogId(Uuid::new_v4()), LogId(Uuid::nil())] {
        let body = house.ask(paths::get_job_logs_by_trigger(job, trigger, Some(stranger))).await.ok();
        assert_eq!(body, json!([run]));
    }
}

#[tokio::test]
async fn malformed_ids_are_named() {
    let house = House::idle().await;
    let (job, good) = (house.job("Quick"), Uuid::new_v4());
    for (path, named) in [
        (format!("/public/jobs/x/logs/{good}"), "job_id"),
        (format!("/public/jobs/{job}/logs/x"), "trigger_id"),
        (format!("/public/jobs/{job}/logs/{}", good.simple()), "trigger_id"),
        (format!("/public/jobs/%FF/logs/{good}"), "job_id"),
        (format!("/public/jobs/{job}/logs/{good}?after=7"), "after"),
        (format!("/public/jobs/{job}/logs/{good}?after={good}&after={good}"), "after"),
    ] {
        let message = house.raw("GET", &path).await.refused(400);
        assert!(message.contains(named), "{path}: {message}");
    }
}
