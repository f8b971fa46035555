use serde_json::json;
use txjobs_sdk::paths;

use crate::house::House;

#[tokio::test]
async fn idle_pending_running_idle() {
    let house = House::idle().await;
    let job = house.job("Quick");
    let status = async || house.ask(paths::get_job_status(job)).await.ok();
    assert_eq!(status().await, json!({ "JobId": job, "Status": 0, "Message": "The job is idle." }));
    house.execute(job).await;
    assert_eq!(status().await, json!({ "JobId": job, "Status": 1, "Message": "The job is pending." }));
    let run = house.store.claim_run(1, 1).await.unwrap().unwrap();
    assert_eq!(status().await, json!({ "JobId": job, "Status": 2, "Message": "The job is running." }));
    let ending = txjobs_store::RunResult { state: txjobs_sdk::ExecutionState::Completed, error: None };
    house.store.end_run(&run, &ending, 2).await.unwrap();
    assert_eq!(status().await["Status"], 0);
}

#[tokio::test]
async fn another_organizations_job_is_no_different_from_none() {
    let house = House::idle().await;
    let theirs = house.ask(paths::get_job_status(house.job("Theirs"))).await;
    let none = house.ask(paths::get_job_status(txjobs_sdk::types::JobId(uuid::Uuid::nil()))).await;
    assert_eq!(theirs.refused(404), none.refused(404));
}
