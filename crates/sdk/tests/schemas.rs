//! Property tests of the types: each body that the contract allows is decoded and serialized, and invalid bytes never panic.

#![expect(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::collections::HashMap;

use openapiv3::{OpenAPI, ReferenceOr, Schema, SchemaKind, Type};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use txjobs_sdk::{
    Error, ErrorKind, Extensions, RetryAfter, Timestamp, decode,
    follow::RunFollower,
    paths,
    types::{self, JobExecution, JobExecutions},
};

type Schemas = HashMap<String, Schema>;

fn schemas() -> Schemas {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.yaml")).unwrap();
    let spec: OpenAPI = yaml_serde::from_str(&text).unwrap();
    let named = spec.components.unwrap().schemas.into_iter();
    named
        .map(|(name, schema)| (name, schema.into_item().expect("a named schema is not a reference")))
        .collect()
}

/// Returns values that a schema allows, and values that a server may send nevertheless: null or nothing for an optional field, and
/// unknown numbers of an enumeration.
fn values(schemas: &Schemas, name: &str) -> BoxedStrategy<Value> {
    schema_values(schemas, &schemas[name])
}

fn reference_values(schemas: &Schemas, schema: &ReferenceOr<Schema>) -> BoxedStrategy<Value> {
    match schema {
        ReferenceOr::Reference { reference } => {
            values(schemas, reference.rsplit('/').next().expect("a reference has a name"))
        }
        ReferenceOr::Item(schema) => schema_values(schemas, schema),
    }
}

fn schema_values(schemas: &Schemas, schema: &Schema) -> BoxedStrategy<Value> {
    let value = match &schema.schema_kind {
        SchemaKind::AllOf { all_of } => reference_values(schemas, &all_of[0]),
        SchemaKind::Type(Type::Integer(_)) => any::<i64>().prop_map(Value::from).boxed(),
        SchemaKind::Type(Type::String(text)) if !text.enumeration.is_empty() => {
            let known = text.enumeration.iter().flatten().cloned().collect::<Vec<_>>();
            prop::sample::select(known).prop_map(Value::from).boxed()
        }
        SchemaKind::Type(Type::String(text)) => {
            let format = serde_json::to_value(&text.format).unwrap();
            match format.as_str() {
                Some("uuid") => {
                    any::<u128>().prop_map(|n| uuid::Uuid::from_u128(n).to_string().into()).boxed()
                }
                _ if schema.schema_data.nullable => (0i64..4_000_000_000, 0u32..1_000_000_000)
                    .prop_map(|(seconds, nanos)| Timestamp::from_unix(seconds, nanos).to_string().into())
                    .boxed(),
                _ => any::<String>().prop_map(Value::from).boxed(),
            }
        }
        SchemaKind::Type(Type::Array(array)) => {
            let item = array.items.as_ref().expect("an array has an item type").clone().unbox();
            prop::collection::vec(reference_values(schemas, &item), 0..4).prop_map(Value::from).boxed()
        }
        SchemaKind::Type(Type::Object(object)) => object.properties.iter().fold(
            Just(Value::Object(Map::new())).boxed(),
            |fields, (name, schema)| {
                let value = reference_values(schemas, &schema.clone().unbox());
                let value = if object.required.contains(name) {
                    value.prop_map(Some).boxed()
                } else {
                    prop_oneof![1 => Just(None), 1 => Just(Some(Value::Null)), 4 => value.prop_map(Some)]
                        .boxed()
                };
                let name = name.clone();
                (fields, value)
                    .prop_map(move |(mut fields, value)| {
                        if let (Some(map), Some(value)) = (fields.as_object_mut(), value) {
                            map.insert(name.clone(), value);
                        }
                        fields
                    })
                    .boxed()
            },
        ),
        other => panic!("this test does not support the schema {other:?}"),
    };
    if schema.schema_data.nullable { prop_oneof![Just(Value::Null), value].boxed() } else { value }
}

/// Decodes, serializes, and decodes a body again. The results are equal, and the serialized fields have the values of the body.
fn round_trip<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(body: &Value) {
    let decoded: T =
        decode::json(&serde_json::to_vec(body).unwrap()).unwrap_or_else(|e| panic!("{e}: {body}"));
    let serialized = serde_json::to_value(&decoded).unwrap();
    assert_eq!(decode::json::<T>(&serde_json::to_vec(&serialized).unwrap()).unwrap(), decoded);
    assert_contains(&serialized, body);
}

/// Asserts that the serialized value has the values of the body.
fn assert_contains(serialized: &Value, body: &Value) {
    match body {
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                assert_contains(serialized.get(name).unwrap_or_else(|| panic!("{name} is missing")), value);
            }
        }
        Value::Array(items) => {
            let serialized = serialized.as_array().unwrap();
            assert_eq!(serialized.len(), items.len());
            serialized.iter().zip(items).for_each(|(serialized, item)| assert_contains(serialized, item));
        }
        value => assert_eq!(serialized, value),
    }
}

macro_rules! schema_tests {
    ($($test:ident $name:ident),* $(,)?) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        proptest! {
            $(#[test]
            fn $test(body in values(&schemas(), stringify!($name))) {
                round_trip::<types::$name>(&body);
            })*
        }
    };
}

schema_tests! {
    job_id JobId, trigger_id TriggerId, execution_id ExecutionId, log_id LogId, logs_selection LogsSelection,
    job_status_code JobStatusCode, execution_state ExecutionState, severity Severity, starter Starter,
    job Job, job_schedule JobSchedule, execute_job_result ExecuteJobResult, cancel_job_result CancelJobResult, job_status JobStatus,
    job_execution JobExecution, job_executions JobExecutions, job_execution_log JobExecutionLog, error_body ErrorBody,
}

#[test]
fn each_schema_has_a_test() {
    let mut all: Vec<_> = schemas().into_keys().filter(|name| name != "Timestamp").collect();
    let mut tested = NAMES.to_vec();
    all.sort();
    tested.sort_unstable();
    assert_eq!(all, tested);
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode::json::<Vec<types::Job>>(&bytes);
        let _ = decode::json::<types::JobStatus>(&bytes);
        let _ = decode::json::<JobExecutions>(&bytes);
        let _ = decode::json::<types::ExecuteJobResult>(&bytes);
        for status in [200, 302, 401, 404, 429, 500, 999] {
            let error = Error::from_response(&paths::LIST_JOBS, status, None, &bytes);
            prop_assert!(error.to_string().chars().all(|c| !c.is_control()));
        }
    }

    #[test]
    fn any_text_is_parsed_without_a_panic(text in "\\PC*|[0-9TZ:+. -]{0,40}|<[a-z/!]{0,9}|.*") {
        let _ = text.parse::<Timestamp>();
        let _ = RetryAfter::parse(&text);
        let _ = Extensions::from_header(Some(&text));
        let error = Error::new(ErrorKind::RequestRefused).with_message(&text);
        prop_assert!(error.message.is_none_or(|message| message.chars().count() <= 501));
    }

    /// Replaces one byte of a valid body.
    #[test]
    fn almost_valid_body_is_decoded_without_a_panic(
        body in values(&schemas(), "JobExecutions"), other in any::<u8>(), at in any::<usize>(),
    ) {
        let mut bytes = serde_json::to_vec(&body).unwrap();
        let at = at % bytes.len();
        bytes[at] = other;
        let _ = decode::json::<JobExecutions>(&bytes);
    }

    #[test]
    fn follower_handles_any_decoded_body(
        bodies in prop::collection::vec(values(&schemas(), "JobExecutions"), 0..6),
    ) {
        let start = std::time::Duration::ZERO;
        let mut follower = RunFollower::new(types::JobId(uuid::Uuid::nil()), types::TriggerId(uuid::Uuid::nil()), start);
        for (second, body) in bodies.iter().enumerate() {
            let now = std::time::Duration::from_secs(second as u64);
            let executions: JobExecutions = decode::json(&serde_json::to_vec(body).unwrap()).unwrap();
            let executions: Vec<JobExecution> = executions.0;
            follower.step(now);
            follower.handle_response(now, executions, Extensions::ALL);
        }
    }
}
