//! Measures the overhead of the client compared with plain reqwest. Both decode the same types: a log of 20,000 lines, and a
//! list of 10,000 jobs. `cargo bench -p txjobs-sdk --bench client` prints the ratios at the end.

mod results;

use axum::{Router, routing::get};
use criterion::{BenchmarkId, Criterion};
use results::read_median_nanos;
use tokio::{net::TcpListener, runtime::Runtime};
use txjobs_sdk::{
    ApiKey, Client,
    types::{Job, JobExecutions, JobId},
};

const JOB_ID: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const LINE_COUNT: usize = 20_000;
const JOB_COUNT: usize = 10_000;

fn jobs_json() -> String {
    let job = |n| format!(r#"{{"Id":"3f2b8c1e-5d47-4a9b-8e60-{n:012x}","Name":"Load of table number {n}"}}"#);
    format!("[{}]", (0..JOB_COUNT).map(job).collect::<Vec<_>>().join(","))
}

fn logs_json() -> String {
    let line = |n| {
        format!(
            r#"{{"Id":"c2d5e8f1-0a3b-4c6d-9e7f-{n:012x}","JobExecutionId":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","TimeStamp":"2026-03-14T02:00:{:02}Z","Severity":0,"Message":"Deploying table [DW].[dbo].[FactInvoice], batch {n}"}}"#,
            n % 60
        )
    };
    let lines: Vec<_> = (0..LINE_COUNT).map(line).collect();
    format!(
        r#"[{{"Id":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","JobId":"{JOB_ID}","State":2,"JobExecutionLogs":[{}]}}]"#,
        lines.join(",")
    )
}

/// Starts a server on a separate thread and returns its URL.
fn start_server() -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        Runtime::new().expect("cannot create a runtime").block_on(async {
            let (jobs, logs) = (jobs_json(), logs_json());
            let app = Router::new()
                .route("/public/jobs", get(async move || jobs.clone()))
                .route("/public/jobs/{job}/logs", get(async move || logs.clone()));
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("cannot bind a port");
            sender
                .send(listener.local_addr().expect("the listener has no address"))
                .expect("the main thread has ended");
            axum::serve(listener, app).await.expect("the server failed");
        });
    });
    format!("http://{}", receiver.recv().expect("the server did not start"))
}

fn main() {
    let base_url = start_server();
    let runtime = Runtime::new().expect("cannot create a runtime");
    let sdk = Client::builder(&base_url, ApiKey::new("k").expect("the key is invalid"))
        .build()
        .expect("cannot create a client");
    let direct = reqwest::Client::builder().gzip(true).build().expect("cannot create a client");
    let job: JobId = JOB_ID.parse().expect("the id is invalid");
    let mut criterion = Criterion::default().configure_from_args();

    let mut group = criterion.benchmark_group("list_jobs");
    group.bench_function(BenchmarkId::from_parameter("direct"), |b| {
        b.to_async(&runtime).iter(async || {
            let request = direct.get(format!("{base_url}/public/jobs")).header("apiKey", "k");
            let jobs: Vec<Job> = request
                .send()
                .await
                .expect("cannot send the request")
                .json()
                .await
                .expect("cannot read the jobs");
            assert_eq!(jobs.len(), JOB_COUNT);
        });
    });
    group.bench_function(BenchmarkId::from_parameter("sdk"), |b| {
        b.to_async(&runtime).iter(async || {
            assert_eq!(sdk.list_jobs().send().await.expect("cannot read the jobs").len(), JOB_COUNT);
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("get_job_logs");
    group.bench_function(BenchmarkId::from_parameter("direct"), |b| {
        b.to_async(&runtime).iter(async || {
            let request = direct.get(format!("{base_url}/public/jobs/{JOB_ID}/logs")).header("apiKey", "k");
            let logs: JobExecutions = request
                .send()
                .await
                .expect("cannot send the request")
                .json()
                .await
                .expect("cannot read the logs");
            assert_eq!(logs[0].job_execution_logs.len(), LINE_COUNT);
        });
    });
    group.bench_function(BenchmarkId::from_parameter("sdk"), |b| {
        b.to_async(&runtime).iter(async || {
            let logs = sdk.get_job_logs().job_id(job).send().await.expect("cannot read the logs");
            assert_eq!(logs[0].job_execution_logs.len(), LINE_COUNT);
        });
    });
    group.finish();

    criterion.final_summary();
    for call in ["list_jobs", "get_job_logs"] {
        let ratio = read_median_nanos(&format!("{call}/sdk")) / read_median_nanos(&format!("{call}/direct"));
        println!("{call}: the client takes {ratio:.3} times as long as plain reqwest (goal: at most 1.05)");
    }
}
