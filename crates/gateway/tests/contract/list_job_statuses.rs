use serde_json::json;
use txjobs_sdk::paths;

use crate::house::House;

#[tokio::test]
async fn one_status_for_each_job_of_the_organization() {
    let house = House::idle().await;
    house.execute(house.job("Slow")).await;
    let expected = json!([
        { "JobId": house.job("Quick"), "Status": 0, "Message": "The job is idle." },
        { "JobId": house.job("Slow"), "Status": 1, "Message": "The job is pending." },
    ]);
    assert_eq!(house.ask(paths::list_job_statuses()).await.ok(), expected);
    let theirs = house.ask_as(&house.keys[1], paths::list_job_statuses()).await.ok();
    assert_eq!(theirs.as_array().unwrap().len(), 1);
}
