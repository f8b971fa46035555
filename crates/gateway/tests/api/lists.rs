//! The lists that are cached in memory: never older than an earlier response, and the same bytes for every client.

use std::io::Read;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::Value;
use txjobs_gateway::key;
use txjobs_sdk::types::JobId;
use txjobs_sdk::{operation, paths};
use txjobs_store::{Job, NewKey, OrganizationStore, Scopes, SqliteStore};
use txjobs_test_support::test_app::{CONFIG, TestApp, parse};
use uuid::Uuid;

/// Returns one organization with this many jobs that run nothing.
fn config_of(jobs: usize) -> String {
    let job = |n| format!("[[organization.job]]\nname = \"Job {n}\"\n");
    format!("[[organization]]\nname = \"Contoso\"\n{}", (0..jobs).map(job).collect::<String>())
}

/// Opens the database as another process does.
async fn open_again(app: &TestApp) -> SqliteStore {
    SqliteStore::open(&app.database()).await.unwrap()
}

async fn names(app: &TestApp) -> Vec<String> {
    let list = app.call(paths::list_jobs()).await.expect_ok();
    list.as_array().unwrap().iter().map(|job| job["Name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn lists_after_a_new_declaration_show_its_jobs() {
    let app = TestApp::without_runner().await;
    let before = app.call(paths::list_jobs()).await;
    assert_eq!(names(&app).await, ["Quick", "Slow"]);
    let renamed = parse(&CONFIG.replace("\"Slow\"", "\"Slower\""));
    app.store.declare(&renamed.declared()).await.unwrap();
    assert_eq!(names(&app).await, ["Quick", "Slower"]);
    assert_ne!(app.call(paths::list_jobs()).await.header("etag"), before.header("etag"));

    let fewer = parse(&config_of(1));
    app.store.declare(&fewer.declared()).await.unwrap();
    assert_eq!(names(&app).await, ["Job 0"]);
    let statuses = app.call(paths::list_job_statuses()).await.expect_ok();
    assert_eq!(statuses.as_array().unwrap().len(), 1);
    app.call_as(&app.keys[1], paths::list_jobs()).await.expect_error(401);
}

#[tokio::test]
async fn lists_after_a_change_by_another_program_show_it() {
    let app = TestApp::without_runner().await;
    let other = open_again(&app).await;
    assert_eq!(names(&app).await, ["Quick", "Slow"]);
    for name in ["A", "B", "C"] {
        let renamed = CONFIG.replace("\"Slow\"", &format!("\"{name}\""));
        let renamed = parse(&renamed);
        other.declare(&renamed.declared()).await.unwrap();
        assert_eq!(names(&app).await, ["Quick", name]);
    }
    // Uncommitted changes are not shown.
    let contoso = other.organization_id("Contoso").await.unwrap().unwrap();
    let mut transaction = other.write().await.unwrap();
    transaction.add_jobs(contoso, 9, &[Job { id: Uuid::new_v4(), name: "D".to_owned() }]).await.unwrap();
    assert_eq!(names(&app).await, ["Quick", "C"]);
    transaction.rollback().await.unwrap();
    assert_eq!(names(&app).await, ["Quick", "C"]);
}

#[tokio::test]
async fn key_works_from_its_creation_to_its_revocation() {
    let app = TestApp::without_runner().await;
    let contoso = app.store.organization_id("Contoso").await.unwrap().unwrap();
    for _ in 0..20 {
        let key = key::generate().unwrap();
        app.call_as(&key, paths::list_jobs()).await.expect_error(401);
        let hash = key::hash(key.expose());
        let new = NewKey { name: "short", hash: &hash, scopes: Scopes::ALL, created_at: 1, expires_at: None };
        app.store.add_key(contoso, new).await.unwrap();
        app.call_as(&key, paths::list_jobs()).await.expect_ok();
        app.store.revoke_key("Contoso", "short").await.unwrap();
        app.call_as(&key, paths::list_jobs()).await.expect_error(401);
        app.call(paths::list_jobs()).await.expect_ok();
    }
}

#[tokio::test]
async fn compressed_lists_have_the_same_content_and_a_length() {
    let app = TestApp::with_jobs(&config_of(200)).await;
    for request in [paths::list_jobs(), paths::list_job_statuses()] {
        let (plain, _) = body(&app, &request, "identity").await;
        let mut tags = Vec::new();
        for (encoding, unpack) in [("br", unpack_brotli as fn(&[u8]) -> Vec<u8>), ("gzip", unpack_gzip)] {
            let (packed, head) = body(&app, &request, encoding).await;
            assert_eq!(head.headers["content-encoding"], encoding);
            // A body that is compressed while it is sent has no length.
            assert_eq!(head.headers["content-length"], packed.len().to_string());
            assert!(packed.len() * 2 < plain.len());
            assert_eq!(unpack(&packed), plain);
            let vary: Vec<_> = head.headers.get_all("vary").iter().map(|v| v.to_str().unwrap()).collect();
            assert_eq!(vary.join(",").to_ascii_lowercase().matches("accept-encoding").count(), 1, "{vary:?}");
            assert!(vary.contains(&"apikey"), "{vary:?}");
            assert_eq!(body(&app, &request, encoding).await.0, packed);
            tags.push(head.headers["etag"].clone());

            let request = Request::get(request.path_and_query())
                .header(paths::API_KEY_HEADER, app.keys[0].expose())
                .header("accept-encoding", encoding)
                .header("if-none-match", &tags[0]);
            let known = app.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!((known.status, known.text.as_str()), (304, ""));
            assert_eq!(known.header("content-encoding"), "");
        }
        assert_eq!(tags[0], tags[1]);
        // `br` is preferred, unless the client prefers another encoding.
        assert_eq!(body(&app, &request, "gzip, br").await.1.headers["content-encoding"], "br");
        assert_eq!(body(&app, &request, "gzip, br;q=0.5").await.1.headers["content-encoding"], "gzip");
        assert!(!body(&app, &request, "br;q=0").await.1.headers.contains_key("content-encoding"));
    }
}

async fn body(
    app: &TestApp,
    request: &operation::Request,
    encoding: &str,
) -> (Vec<u8>, axum::http::response::Parts) {
    let request = Request::get(request.path_and_query())
        .header(paths::API_KEY_HEADER, app.keys[0].expose())
        .header("accept-encoding", encoding);
    let (head, body) = app.response(request.body(Body::empty()).unwrap()).await.into_parts();
    (to_bytes(body, usize::MAX).await.unwrap().into(), head)
}

fn unpack_brotli(packed: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    brotli::Decompressor::new(packed, 4096).read_to_end(&mut out).unwrap();
    out
}

fn unpack_gzip(packed: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut out).unwrap();
    out
}

/// Every caller sees the state of its own job that an earlier response reported: an accepted run, an ended run.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn statuses_are_never_older_than_a_response() {
    const JOBS: usize = 16;
    const RUNS: usize = 20;
    let app = TestApp::with_jobs(&config_of(JOBS)).await;
    let status_of = async |job: JobId| -> i64 {
        let list = app.call(paths::list_job_statuses()).await.expect_ok();
        let of = |entry: &&Value| entry["JobId"] == job.to_string();
        list.as_array().unwrap().iter().find(of).unwrap()["Status"].as_i64().unwrap()
    };
    let each = (0..JOBS).map(async |n| {
        let job = app.job(&format!("Job {n}"));
        for _ in 0..RUNS {
            let trigger = app.execute(job).await;
            let status = status_of(job).await;
            let run = app.find_run(job, trigger).await;
            let has_ended = run.is_some_and(|run| run["State"].as_i64().unwrap() >= 2);
            assert!(status != 0 || has_ended, "a run that was accepted and has not ended was shown as idle");
            app.wait_for_end(job, trigger).await;
            assert_eq!(status_of(job).await, 0, "a run that has ended was shown as unfinished");
        }
    });
    futures::future::join_all(each).await;
}
