//! Tests of responses that the vendor's article does not rule out. The SDK's types, its client with a real connection, and the console
//! decode each of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod table;

use axum::{body::Body, http::Response};
use serde_json::Value;
use table::{Expected, Row, TABLE};
use txjobs_console::api::response::RawResponse;
use txjobs_sdk::{
    Client, Error, decode,
    types::{self, JobExecutions},
};
use txjobs_test_support::FakeServer;

/// The result of decoding a response.
type Decoded = Result<Value, Error>;

fn compare(row: &Row, reader: &str, decoded: Decoded) {
    let what = format!("{} ({reader})", row.description);
    match (row.expected, decoded) {
        (Expected::Value(expected), Ok(value)) => {
            assert_eq!(value, serde_json::from_str::<Value>(expected).unwrap(), "{what}");
        }
        (Expected::Error(kind, message), Err(error)) => {
            assert_eq!((error.kind, error.message.as_deref()), (kind, message), "{what}");
            assert!(error.retry_after.is_some() == row.retry_after.is_some(), "{what}");
        }
        (_, decoded) => panic!("{what}: {decoded:?}"),
    }
}

/// Calls the macro `$decode` with the response type of an operation.
macro_rules! with_response_type {
    ($operation:expr, $decode:ident) => {
        match $operation {
            "list_jobs" => $decode!(Vec<types::Job>),
            "list_job_statuses" => $decode!(Vec<types::JobStatus>),
            "get_job_status" => $decode!(types::JobStatus),
            "execute_job" => $decode!(types::ExecuteJobResult),
            "cancel_job" => $decode!(types::CancelJobResult),
            "get_job_logs" | "get_job_logs_by_trigger" => $decode!(JobExecutions),
            other => panic!("unknown operation {other}"),
        }
    };
}

#[test]
fn each_response_is_decoded_by_the_types() {
    let mut count = 0;
    for row in TABLE.iter().filter(|row| matches!(row.expected, Expected::Value(_))) {
        macro_rules! decode_as {
            ($ty:ty) => {
                serde_json::to_value(
                    decode::json::<$ty>(row.body)
                        .unwrap_or_else(|error| panic!("{}: {error}", row.description)),
                )
                .unwrap()
            };
        }
        compare(row, "types", Ok(with_response_type!(row.operation.id, decode_as)));
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn each_response_is_decoded_by_the_console() {
    for row in TABLE {
        let raw = RawResponse {
            status: row.status,
            retry_after: row.retry_after.map(str::to_owned),
            date: None,
            extensions: None,
            headers: Vec::new(),
            body: row.body.into(),
        };
        macro_rules! decode_as {
            ($ty:ty) => {
                raw.decode::<$ty>(row.operation).map(|response| serde_json::to_value(response.value).unwrap())
            };
        }
        compare(row, "console", with_response_type!(row.operation.id, decode_as));
    }
}

#[tokio::test]
async fn each_response_is_decoded_by_the_client() {
    for row in TABLE {
        let server = FakeServer::start(|_, _| {
            let mut response = Response::builder().status(row.status);
            if let Some(kind) = row.content_type {
                response = response.header("content-type", kind);
            }
            if let Some(after) = row.retry_after {
                response = response.header("retry-after", after);
            }
            response.body(Body::from(row.body)).unwrap()
        });
        let client = server.client_builder().retries(0).build().unwrap();
        compare(row, "client", send(&client, row).await);
    }
}

async fn send(client: &Client, row: &Row) -> Decoded {
    let job = table::JOB.parse::<types::JobId>().unwrap();
    let trigger = table::TRIGGER.parse::<types::TriggerId>().unwrap();
    macro_rules! send {
        ($request:expr) => {
            $request
                .send()
                .await
                .map(|response| serde_json::to_value(response.into_inner()).unwrap())
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
        other => panic!("unknown operation {other}"),
    }
}
