//! Measures the cost of lenient decoding: 200,000 log lines are decoded to the SDK's type, and to a struct with the same field types
//! that accepts one casing and no missing fields. `cargo bench -p txjobs-sdk --bench decode` prints the ratio at the end.

mod results;

use criterion::{Criterion, Throughput};
use results::read_median_nanos;
use serde::Deserialize;
use txjobs_sdk::{
    Severity, Timestamp, decode,
    types::{ExecutionId, JobExecutionLog, LogId},
};

const LINES: usize = 200_000;

/// A log line in exactly the form that the contract shows.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only decoded")]
struct StrictLine {
    #[serde(rename = "Id")]
    id: LogId,
    #[serde(rename = "JobExecutionId")]
    job_execution_id: ExecutionId,
    #[serde(rename = "TimeStamp")]
    time_stamp: Timestamp,
    #[serde(rename = "Severity")]
    severity: Severity,
    #[serde(rename = "Message")]
    message: String,
}

fn body() -> Vec<u8> {
    let line = |n: usize| {
        format!(
            r#"{{"Id":"c2d5e8f1-0a3b-4c6d-9e7f-{n:012x}","JobExecutionId":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","TimeStamp":"2026-03-14T02:{:02}:{:02}.{:03}Z","Severity":{},"Message":"Deploying table [DW].[dbo].[FactInvoice], batch {n} of 200000, 1024 rows"}}"#,
            n / 60_000 % 60,
            n / 1000 % 60,
            n % 1000,
            usize::from(n.is_multiple_of(100)),
        )
    };
    format!("[{}]", (0..LINES).map(line).collect::<Vec<_>>().join(",")).into_bytes()
}

fn main() {
    let body = body();
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("decode");
    group.sample_size(20).throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("strict", |b| {
        b.iter(|| serde_json::from_slice::<Vec<StrictLine>>(&body).expect("lines").len());
    });
    group.bench_function("lenient", |b| {
        b.iter(|| decode::json::<Vec<JobExecutionLog>>(&body).expect("lines").len());
    });
    group.finish();
    criterion.final_summary();
    println!(
        "lenient / strict: {:.3} (at most 1.3)",
        read_median_nanos("decode/lenient") / read_median_nanos("decode/strict")
    );
}
