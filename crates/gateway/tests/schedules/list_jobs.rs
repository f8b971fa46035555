//! Schedules in the list of jobs.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::{ETAG, IF_NONE_MATCH};
use serde_json::{Value, json};
use tower::ServiceExt;
use txjobs_gateway::api::AppState;
use txjobs_gateway::clock::Micros;
use txjobs_gateway::key;
use txjobs_gateway::runner::RunnerHandle;
use txjobs_gateway::server::{ServerOptions, router};
use txjobs_sdk::paths;
use txjobs_store::{NewKey, Scopes};

use crate::simulation::{Simulation, config};
use crate::test_clock::{DAY, HOUR};

/// 2028-01-01T00:00:00Z
const START: Micros = 1_830_297_600_000_000;

#[tokio::test]
async fn list_has_the_next_due_times_of_the_moment() {
    let jobs = [
        ("a", "schedule = \"0 2 * * *\"\ntime_zone = \"Europe/Copenhagen\""),
        ("b", "schedule = \"@hourly\"\nafter = [\"a\"]"),
        ("c", "after = [\"a\", \"b\"]"),
        ("d", ""),
    ];
    let mut simulation = Simulation::sqlite(START, &jobs).await;
    let key = key::generate().unwrap();
    let organization = simulation.store.organization_id("Contoso").await.unwrap().unwrap();
    let hash = key::hash(key.expose());
    let new = NewKey { name: "test", hash: &hash, scopes: Scopes::ALL, created_at: START, expires_at: None };
    simulation.store.add_key(organization, new).await.unwrap();
    let state = AppState::new(
        Arc::clone(&simulation.store),
        simulation.clock.clone(),
        RunnerHandle::default(),
        simulation.config.key_header.clone(),
    );
    let state = state.with_schedules(simulation.nodes[0].schedules.clone());
    let options = ServerOptions { name: "Gateway".into(), console: None, demo_key: None, relay: None };
    let router = router(state, &options);
    let get = async |validator: &str| {
        let request = Request::get(paths::list_jobs().path_and_query())
            .header(paths::API_KEY_HEADER, key.expose())
            .header(IF_NONE_MATCH, validator);
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let validator = response.headers()[ETAG].to_str().unwrap().to_owned();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let jobs: Vec<Value> = serde_json::from_slice(&body).unwrap_or_default();
        (jobs.into_iter().map(|job| job["Schedule"].clone()).collect::<Vec<_>>(), validator)
    };
    let (found, validator) = get("").await;
    let mut expected = vec![
        json!({ "Cron": "0 2 * * *", "TimeZone": "Europe/Copenhagen", "NextDueTime": "2028-01-01T01:00:00Z", "After": [] }),
        json!({ "Cron": "0 * * * *", "TimeZone": "UTC", "NextDueTime": "2028-01-01T01:00:00Z", "After": ["a"] }),
        json!({ "After": ["a", "b"], "NextDueTime": null }),
        Value::Null,
    ];
    assert_eq!(found, expected);
    simulation.clock.set(START + HOUR - 1);
    assert_eq!(get(&validator).await, (vec![], validator.clone()), "nothing has changed");
    simulation.clock.set(START + HOUR);
    let (found, validator) = get(&validator).await;
    expected[0]["NextDueTime"] = "2028-01-02T01:00:00Z".into();
    expected[1]["NextDueTime"] = "2028-01-01T02:00:00Z".into();
    assert_eq!(found, expected);
    // The jobs are the same, so that only the schedules say that the list has changed.
    simulation.config = config(&[jobs[0], ("b", ""), ("c", ""), ("d", "")]);
    simulation.load(0).await;
    let (found, validator) = get(&validator).await;
    assert_eq!(found, [expected[0].clone(), Value::Null, Value::Null, Value::Null]);
    // The clock was set back by a day.
    simulation.clock.set(START - DAY);
    let (found, _) = get(&validator).await;
    assert_eq!(found[0]["NextDueTime"], "2027-12-31T01:00:00Z");
}
