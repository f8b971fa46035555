//! What tolerance costs: 200,000 log lines decoded by the SDK's types, beside a struct of the same field types that knows
//! one exact spelling and nothing missing. `cargo bench -p txjobs-sdk --bench decode` prints the ratio at its end.

mod figures;

use criterion::{Criterion, Throughput};
use figures::median;
use serde::Deserialize;
use txjobs_sdk::{
    Severity, Timestamp, decode,
    types::{ExecutionId, JobExecutionLog, LogId},
};

const LINES: usize = 200_000;

/// A line as a program would declare it that trusts its server.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only decoded")]
struct Exact {
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
    group.bench_function("exact", |b| {
        b.iter(|| serde_json::from_slice::<Vec<Exact>>(&body).expect("lines").len());
    });
    group.bench_function("tolerant", |b| {
        b.iter(|| decode::json::<Vec<JobExecutionLog>>(&body).expect("lines").len());
    });
    group.finish();
    criterion.final_summary();
    println!("tolerant / exact: {:.3} (at most 1.3)", median("decode/tolerant") / median("decode/exact"));
}
