//! The JSON output matches its documented schema.

use std::fs;

use serde_json::{Value, json};
use txjobs_test_support::{
    CommandOutput, TestServer,
    cli::{run_txjobs, txjobs_command},
    root,
};

use super::JOBS;

/// Checks values against a definition of the schema.
fn assert_valid(definition: &str, values: &[Value]) {
    let text = fs::read_to_string(root().join("docs/reference/txjobs-output.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    let fields = schema.as_object_mut().unwrap();
    fields.remove("oneOf");
    fields.insert("$ref".to_owned(), json!(format!("#/$defs/{definition}")));
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!values.is_empty(), "{definition}: there is nothing to check");
    for value in values {
        let problems: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{definition}: {problems:?} in {value}");
    }
}

fn values(output: &CommandOutput) -> Vec<Value> {
    output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_of_each_command_matches_the_schema() {
    let server = TestServer::emulator(JOBS);
    let check = |definition: &str, arguments: &[&str]| {
        let output = run_txjobs(&server, &[arguments, &["--json"]].concat());
        let documents = values(&output);
        assert_eq!(documents.len(), 1, "one document: {output:?}");
        assert_valid(definition, &documents);
    };
    check("JobList", &["jobs"]);
    check("StatusList", &["status"]);
    check("Status", &["status", "Errors"]);
    check("RunReport", &["run", "Errors"]);
    check("RunReport", &["run", "Broken"]);
    check("RunReportList", &["run", "Errors", "Sales prepare"]);
    check("Started", &["run", "Sales deliver", "--no-wait"]);
    check("RunReport", &["follow", "Sales deliver"]);
    check("RunReport", &["follow", "Errors", "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57", "--timeout", "1s"]);
    check("History", &["history", "Errors"]);
    check("History", &["history", "Errors", "--no-counts"]);
    check("Execution", &["logs", "Errors"]);
    check("Settings", &["profile", "show"]);
    check("ProfileList", &["profile", "list"]);
    check("Error", &["status", "nothing"]);
    check("Error", &["logs", "--profile", "nothing", "Errors"]);
    let wrong_key =
        CommandOutput::of(txjobs_command(&server, &["jobs", "--json"]).env("TXJOBS_API_KEY", "wr0ng"));
    assert_valid("Error", &values(&wrong_key));
    assert_eq!(values(&wrong_key)[0]["Error"]["Kind"], "key_refused");
}

#[test]
fn events_match_the_schema() {
    let server = TestServer::emulator(JOBS);
    let check = |arguments: &[&str]| {
        assert_valid("Event", &values(&run_txjobs(&server, &[arguments, &["--ndjson"]].concat())));
    };
    check(&["run", "Errors"]);
    check(&["run", "Broken", "Sales deliver"]);
    check(&["logs", "Errors"]);
    check(&["follow", "Errors"]);
    check(&["status", "nothing"]);
}
