//! What a key allows, and when.

use txjobs_gateway::clock::system_time;
use txjobs_sdk::operation::Request;
use txjobs_sdk::paths;
use txjobs_store::{Scope, Scopes};
use txjobs_test_support::test_app::TestApp;
use uuid::Uuid;

/// Returns a request of every operation, and the scope that it needs.
fn requests(app: &TestApp) -> [(Request, Scope); 7] {
    let (job, trigger) = (app.job("Quick"), Uuid::from_u128(1).into());
    [
        (paths::list_jobs(), Scope::Read),
        (paths::list_job_statuses(), Scope::Read),
        (paths::get_job_status(job), Scope::Read),
        (paths::get_job_logs(job, None, None), Scope::Read),
        (paths::get_job_logs_by_trigger(job, trigger, None), Scope::Read),
        (paths::execute_job(job), Scope::Run),
        (paths::cancel_job(job), Scope::Cancel),
    ]
}

#[tokio::test]
async fn each_operation_needs_its_scope() {
    let app = TestApp::without_runner().await;
    assert_eq!(requests(&app).len(), paths::ALL.len());
    for scope in Scope::ALL {
        let key = app.add_key(scope.name(), Scopes::from_iter([scope]), None).await;
        for (request, needed) in requests(&app) {
            let name = format!("{} {}", request.method().as_str(), request.path_and_query());
            let response = app.call_as(&key, request).await;
            if scope == needed {
                response.expect_ok();
                continue;
            }
            let message = response.expect_error(403);
            let expected =
                format!("The API key does not have the scope \"{}\". Use a key that has it.", needed.name());
            assert_eq!(message, expected, "{name}");
        }
    }
    // The key with the scope "run" has started a run, and that with "cancel" has canceled it.
    assert!(app.claim_run(i64::MAX).await.is_none());
}

#[tokio::test]
async fn refused_run_does_not_start() {
    let app = TestApp::without_runner().await;
    let key = app.add_key("reader", Scopes::from_iter([Scope::Read, Scope::Cancel]), None).await;
    app.call_as(&key, paths::execute_job(app.job("Quick"))).await.expect_error(403);
    assert!(app.claim_run(i64::MAX).await.is_none());
}

#[tokio::test]
async fn key_without_the_scope_learns_nothing_about_jobs() {
    let app = TestApp::without_runner().await;
    let key = app.add_key("runner", Scopes::from_iter([Scope::Run]), None).await;
    for job in [app.job("Quick"), app.job("Theirs"), Uuid::from_u128(1).into()] {
        app.call_as(&key, paths::get_job_status(job)).await.expect_error(403);
        app.call_as(&key, paths::cancel_job(job)).await.expect_error(403);
    }
    app.call_as(&key, paths::execute_job(app.job("Theirs"))).await.expect_error(404);
}

#[tokio::test]
async fn expired_key_is_refused_until_it_is_extended() {
    let app = TestApp::without_runner().await;
    let now = system_time();
    let key = app.add_key("short", Scopes::ALL, Some(now + 3_600_000_000)).await;
    app.call_as(&key, paths::list_jobs()).await.expect_ok();
    for (at, is_valid) in
        [(Some(now), false), (Some(now + 3_600_000_000), true), (Some(0), false), (None, true)]
    {
        assert!(app.store.expire_key("Contoso", "short", at).await.unwrap());
        let response = app.call_as(&key, paths::list_jobs()).await;
        if is_valid {
            response.expect_ok();
        } else {
            assert_eq!(response.expect_error(401), "The API key has expired. Create another one.");
            assert_eq!(response.header("www-authenticate"), "ApiKey");
        }
    }
}

#[tokio::test]
async fn key_expires_without_a_change_of_the_database() {
    let app = TestApp::without_runner().await;
    let key = app.add_key("short", Scopes::ALL, Some(system_time() + 300_000)).await;
    app.call_as(&key, paths::list_jobs()).await.expect_ok();
    tokio::time::sleep(std::time::Duration::from_millis(310)).await;
    app.call_as(&key, paths::list_jobs()).await.expect_error(401);
}

#[tokio::test]
async fn last_use_is_written_from_time_to_time() {
    let app = TestApp::without_runner().await;
    let last_uses = async || {
        let keys = app.store.keys().await.unwrap();
        keys.into_iter().map(|key| (key.organization, key.last_used_at)).collect::<Vec<_>>()
    };
    let unused = vec![("Contoso".to_owned(), None), ("Fabrikam".to_owned(), None)];
    app.key_uses.write().await;
    let before = system_time();
    app.call(paths::list_jobs()).await.expect_ok();
    assert_eq!(last_uses().await, unused, "a request writes nothing");

    app.key_uses.write().await;
    let written = last_uses().await;
    assert!(written[0].1.unwrap() >= before);
    assert_eq!(written[1], unused[1]);
    app.key_uses.write().await;
    assert_eq!(last_uses().await, written);

    app.call(paths::list_jobs()).await.expect_ok();
    app.key_uses.write().await;
    assert!(last_uses().await[0].1 > written[0].1);
}

#[tokio::test]
async fn refused_key_is_not_used() {
    let app = TestApp::without_runner().await;
    let expired = app.add_key("expired", Scopes::ALL, Some(1)).await;
    app.call_as(&expired, paths::list_jobs()).await.expect_error(401);
    app.key_uses.write().await;
    assert!(app.store.keys().await.unwrap().iter().all(|key| key.last_used_at.is_none()));
}

#[tokio::test]
async fn use_is_written_after_a_failure_of_the_database() {
    let app = TestApp::without_runner().await;
    app.call(paths::list_jobs()).await.expect_ok();
    let trigger = "CREATE TRIGGER refuse BEFORE INSERT ON key_uses BEGIN SELECT raise(FAIL, 'no uses'); END";
    let mut tx = app.sqlite.write().await.unwrap();
    sqlx::query(trigger).execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    app.key_uses.write().await;
    app.call(paths::list_jobs()).await.expect_ok();

    let mut tx = app.sqlite.write().await.unwrap();
    sqlx::query("DROP TRIGGER refuse").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    app.key_uses.write().await;
    assert!(app.store.keys().await.unwrap()[0].last_used_at.is_some());
}
