use serde_json::json;
use txjobs_sdk::paths;

use crate::house::{House, lines};

#[tokio::test]
async fn queues_runs_and_ends() {
    let house = House::working().await;
    let job = house.job("Quick");
    let body = house.ask(paths::execute_job(job)).await.ok();
    let trigger = body["TriggerId"].as_str().unwrap().parse().unwrap();
    let message = "The job has been queued and will start soon.";
    assert_eq!(body, json!({ "JobId": job, "TriggerId": trigger, "Message": message }));
    let run = house.outcome(job, trigger).await;
    assert_eq!(run["State"], 2);
    assert_eq!(lines(&run), [(0, "Line 1"), (0, "Line 2"), (0, "Line 3"), (0, "Line 4"), (0, "Line 5")]);
    assert_ne!(house.execute(job).await, trigger);
}

#[tokio::test]
async fn a_job_has_one_unfinished_run() {
    let house = House::idle().await;
    let job = house.job("Quick");
    house.execute(job).await;
    house.ask(paths::execute_job(job)).await.refused(409);
    house.store.claim_run(1, 1).await.unwrap().unwrap();
    house.ask(paths::execute_job(job)).await.refused(409);
    house.execute(house.job("Slow")).await;
}

#[tokio::test]
async fn of_many_at_once_one_is_accepted() {
    let house = House::idle().await;
    let job = house.job("Quick");
    let answers = futures::future::join_all((0..20).map(|_| house.ask(paths::execute_job(job)))).await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|a| a.status == 409).count(), 19);
}

#[tokio::test]
async fn an_unknown_or_foreign_job_is_not_found() {
    let house = House::idle().await;
    house.ask(paths::execute_job(house.job("Theirs"))).await.refused(404);
    assert!(house.store.claim_run(1, 1).await.unwrap().is_none());
}
