//! What a server may do because nobody has promised otherwise: one body or more for each such thing, read by the SDK's
//! types, by its client over a real connection, and by the console.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod table;

use axum::{Router, body::Body, http::Response};
use serde_json::Value;
use table::{Expected, Row, TABLE};
use tokio::net::TcpListener;
use txjobs_console::response::RawResponse;
use txjobs_sdk::{
    ApiKey, Client, Error, decode,
    types::{self, JobExecutions},
};

/// What each reader made of a row.
type Read = Result<Value, Error>;

fn compare(row: &Row, reader: &str, read: Read) {
    let what = format!("{} ({reader})", row.what);
    match (row.expected, read) {
        (Expected::Value(expected), Ok(value)) => {
            assert_eq!(value, serde_json::from_str::<Value>(expected).unwrap(), "{what}");
        }
        (Expected::Error(kind, message), Err(trouble)) => {
            assert_eq!((trouble.kind, trouble.message.as_deref()), (kind, message), "{what}");
            assert!(trouble.retry_after.is_some() == row.retry_after.is_some(), "{what}");
        }
        (_, read) => panic!("{what}: {read:?}"),
    }
}

/// Decodes a body as the answer of the row's operation, and writes it again.
macro_rules! as_its_type {
    ($operation:expr, $read:ident) => {
        match $operation {
            "list_jobs" => $read!(Vec<types::Job>),
            "list_job_statuses" => $read!(Vec<types::JobStatus>),
            "get_job_status" => $read!(types::JobStatus),
            "execute_job" => $read!(types::ExecuteJobResult),
            "cancel_job" => $read!(types::CancelJobResult),
            "get_job_logs" | "get_job_logs_by_trigger" => $read!(JobExecutions),
            other => panic!("no operation {other}"),
        }
    };
}

#[test]
fn the_types_read_it() {
    let mut count = 0;
    for row in TABLE.iter().filter(|row| matches!(row.expected, Expected::Value(_))) {
        macro_rules! read {
            ($ty:ty) => {
                serde_json::to_value(
                    decode::json::<$ty>(row.body).unwrap_or_else(|error| panic!("{}: {error}", row.what)),
                )
                .unwrap()
            };
        }
        compare(row, "types", Ok(as_its_type!(row.operation.id, read)));
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn the_console_reads_it() {
    for row in TABLE {
        let raw = RawResponse {
            status: row.status,
            retry_after: row.retry_after.map(str::to_owned),
            date: None,
            extensions: None,
            headers: Vec::new(),
            body: row.body.into(),
        };
        macro_rules! read {
            ($ty:ty) => {
                raw.decode::<$ty>(row.operation).map(|answer| serde_json::to_value(answer.value).unwrap())
            };
        }
        compare(row, "console", as_its_type!(row.operation.id, read));
    }
}

#[tokio::test]
async fn the_client_reads_it() {
    for row in TABLE {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(move || async move {
            let mut answer = Response::builder().status(row.status);
            if let Some(kind) = row.content_type {
                answer = answer.header("content-type", kind);
            }
            if let Some(after) = row.retry_after {
                answer = answer.header("retry-after", after);
            }
            answer.body(Body::from(row.body)).unwrap()
        });
        let server = tokio::spawn(async move { axum::serve(listener, app).await });
        let client = Client::builder(address, ApiKey::new("k").unwrap()).retries(0).build().unwrap();
        compare(row, "client", ask(&client, row).await);
        server.abort();
    }
}

async fn ask(client: &Client, row: &Row) -> Read {
    let job = table::JOB.parse::<types::JobId>().unwrap();
    let trigger = table::TRIGGER.parse::<types::TriggerId>().unwrap();
    macro_rules! send {
        ($request:expr) => {
            $request
                .send()
                .await
                .map(|answer| serde_json::to_value(answer.into_inner()).unwrap())
                .map_err(|error| Error::from_client(row.operation, error))
        };
    }
    match row.operation.id {
        "list_jobs" => send!(client.list_jobs()),
        "list_job_statuses" => send!(client.list_job_statuses()),
        "get_job_status" => send!(client.get_job_status().job_id(job)),
        "execute_job" => send!(client.execute_job().job_id(job)),
        "cancel_job" => send!(client.cancel_job().job_id(job)),
        "get_job_logs" => send!(client.get_job_logs().job_id(job)),
        "get_job_logs_by_trigger" => send!(client.get_job_logs_by_trigger().job_id(job).trigger_id(trigger)),
        other => panic!("no operation {other}"),
    }
}
