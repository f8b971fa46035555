//! Tests of decoding the bodies that servers send.

use txjobs_sdk::{
    ExecutionState, JobStatusCode, Severity, Starter, decode,
    types::{Job, JobExecution, JobStatus},
};

const EXECUTION: &str = r#"{
    "Id": "e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e", "JobId": "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35", "State": 3,
    "CreateTime": "2026-03-14T02:00:02.117Z", "EndTime": null, "TriggerId": "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57",
    "JobExecutionLogs": [{
        "Id": "c2d5e8f1-0a3b-4c6d-9e7f-8a1b2c3d4e5f", "JobExecutionId": "e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e",
        "TimeStamp": "2026-03-14T02:00:43.007", "Severity": 2, "Message": "Invalid object name"
    }]
}"#;

fn execution(body: &str) -> JobExecution {
    decode::json(body.as_bytes()).unwrap_or_else(|e| panic!("{e}: {body}"))
}

#[test]
fn camel_case_and_pascal_case_decode_to_the_same_value() {
    let camel = [
        ("Id", "id"),
        ("JobId", "jobId"),
        ("State", "state"),
        ("CreateTime", "createTime"),
        ("EndTime", "endTime"),
        ("TriggerId", "triggerId"),
        ("JobExecutionLogs", "jobExecutionLogs"),
        ("JobExecutionId", "jobExecutionId"),
        ("TimeStamp", "timeStamp"),
        ("Severity", "severity"),
        ("Message", "message"),
    ]
    .iter()
    .fold(EXECUTION.to_owned(), |body, (pascal, camel)| {
        body.replace(&format!("\"{pascal}\""), &format!("\"{camel}\""))
    });
    assert!(!camel.contains("\"Id\""));
    let decoded = execution(&camel);
    assert_eq!(decoded, execution(EXECUTION));
    let line = &decoded.job_execution_logs[0];
    assert_eq!((line.severity, line.message.as_str()), (Severity::Error, "Invalid object name"));
    assert!(!line.time_stamp.unwrap().has_zone());
}

#[test]
fn serialized_execution_has_the_names_and_null_of_the_vendor_s_article() {
    let mut decoded = execution(EXECUTION);
    decoded.job_execution_logs.clear();
    let serialized: serde_json::Value = serde_json::to_value(&decoded).unwrap();
    let expected: serde_json::Value = serde_json::from_str(
        r#"{"Id": "e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e", "JobId": "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35", "State": 3,
            "CreateTime": "2026-03-14T02:00:02.117Z", "EndTime": null,
            "TriggerId": "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57", "JobExecutionLogs": []}"#,
    )
    .unwrap();
    assert_eq!(serialized, expected);
}

#[test]
fn field_in_another_casing_is_decoded() {
    let pascal = r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Status":2,"Message":"a"}"#;
    let expected: JobStatus = decode::json(pascal.as_bytes()).unwrap();
    for name in ["jobId", "job_id", "jobid", "JOBID", "Jobid"] {
        let body = pascal.replace("JobId", name).replace("Status", "status").replace("Message", "MESSAGE");
        assert_eq!(decode::json::<JobStatus>(body.as_bytes()).unwrap(), expected, "{body}");
    }
}

#[test]
fn last_of_repeated_fields_is_decoded() {
    let id = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
    for repeated in
        [r#""Name":"a","Name":"b""#, r#""name":"a","Name":"b""#, r#""Tags":{"Name":1},"name":"a","NAME":"b""#]
    {
        let body = format!(r#"{{"Id":"{id}",{repeated}}}"#);
        assert_eq!(decode::json::<Job>(body.as_bytes()).unwrap().name, "b", "{body}");
        let stream = format!("{body},{body}");
        let (job, length) = decode::first_value::<Job>(stream.as_bytes()).unwrap();
        assert_eq!((job.name.as_str(), length), ("b", body.len()), "{body}");
        for end in 1..body.len() {
            let error = decode::first_value::<Job>(&stream.as_bytes()[..end]).unwrap_err();
            assert!(error.is_eof(), "{end} of {body}: {error}");
        }
    }
}

#[test]
fn unknown_number_is_kept() {
    let decoded = execution(
        &EXECUTION.replace("\"State\": 3", "\"State\": 7").replace("\"Severity\": 2", "\"Severity\": -9"),
    );
    assert_eq!(decoded.state, ExecutionState::Unknown(7));
    assert_eq!(decoded.state.to_string(), "Unknown (7)");
    assert!(decoded.state.is_final());
    let line = &decoded.job_execution_logs[0];
    assert_eq!(serde_json::to_value(line).unwrap()["Severity"], -9);
    let status: JobStatus =
        decode::json(br#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Status":12}"#).unwrap();
    assert_eq!(status.status, JobStatusCode::Unknown(12));
    assert!(!status.status.is_active());
}

#[test]
fn missing_null_and_unknown_fields_are_accepted() {
    let minimal = r#"{"Id":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","State":1}"#;
    let with_nulls = minimal.replace(
        '}',
        r#","CreateTime":null,"EndTime":"","TriggerId":null,"JobExecutionLogs":null,"Retries":{"max":3}}"#,
    );
    assert_eq!(execution(&with_nulls), execution(minimal));
    let with_invalid_time = EXECUTION.replace("2026-03-14T02:00:02.117Z", "last night");
    assert_eq!(execution(&with_invalid_time).create_time, None);
    let job: Job = decode::json(br#"{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":null}"#).unwrap();
    assert_eq!(job.name, "");
}

#[test]
fn byte_order_mark_is_ignored() {
    let jobs: Vec<Job> = decode::json("\u{feff}[]".as_bytes()).unwrap();
    assert!(jobs.is_empty());
}

#[test]
fn labels_of_states_are_lower_case_words() {
    let labels: Vec<_> = ExecutionState::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(
        labels,
        [
            "none",
            "created",
            "running",
            "completed",
            "failed",
            "completed with errors",
            "completed with warnings"
        ]
    );
    let finals: Vec<_> =
        ExecutionState::ALL.iter().filter(|state| state.is_final()).map(|s| s.number()).collect();
    assert_eq!(finals, [2, 3, 4, 5]);
}

#[test]
fn status_in_any_form_is_decoded() {
    let status = |text: &str| {
        let body = format!(r#"{{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Status":{text}}}"#);
        decode::json::<JobStatus>(body.as_bytes()).map(|status| status.status)
    };
    for text in ["2", "2.0", r#""2""#, r#"" 2 ""#, r#""2.0""#, r#""Running""#, r#""RUNNING""#] {
        assert_eq!(status(text).unwrap(), JobStatusCode::Running, "{text}");
    }
    // The vendor's article calls the number "None" and shows it as "idle".
    for text in ["0", r#""idle""#, r#""None""#] {
        assert_eq!(status(text).unwrap(), JobStatusCode::Idle, "{text}");
    }
    for text in ["12.5", r#""Paused""#, r#""""#, "1e300", "18446744073709551615"] {
        assert_eq!(status(text).unwrap(), JobStatusCode::Unknown(-1), "{text}");
    }
    assert!(status("[]").is_err());
    for (text, state) in [
        (r#""completedWithErrors""#, ExecutionState::CompletedWithErrors),
        (r#""completed with warnings""#, ExecutionState::CompletedWithWarnings),
        (r#""COMPLETED_WITH_ERRORS""#, ExecutionState::CompletedWithErrors),
        (r#""-1""#, ExecutionState::None),
        (r#""Reticulating""#, ExecutionState::None),
    ] {
        let body = EXECUTION.replace("\"State\": 3", &format!("\"State\": {text}"));
        assert_eq!(execution(&body).state, state, "{text}");
    }
}

#[test]
fn id_in_any_form_is_decoded() {
    let id: uuid::Uuid = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35".parse().unwrap();
    for text in [
        "{3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35}",
        "(3F2B8C1E-5D47-4A9B-8E60-1C9F2A7D4B35)",
        "3f2b8c1e5d474a9b8e601c9f2a7d4b35",
        "{3F2B8C1E5D474A9B8E601C9F2A7D4B35}",
        "urn:uuid:3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35",
        " 3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35 ",
    ] {
        let job: Job = decode::json(format!(r#"{{"Id":"{text}","Name":"a"}}"#).as_bytes()).unwrap();
        assert_eq!(*job.id, id, "{text}");
        assert_eq!(*text.parse::<txjobs_sdk::types::TriggerId>().unwrap(), id, "{text}");
    }
    for invalid in [r#""abc""#, r#""""#, "null", "7"] {
        let job = decode::json::<Job>(format!(r#"{{"Id":{invalid},"Name":"a"}}"#).as_bytes());
        assert!(job.is_err(), "a job needs an id to be executed: {invalid}");
    }
}

#[test]
fn log_line_without_an_id_is_decoded() {
    let line_id = r#""Id": "c2d5e8f1-0a3b-4c6d-9e7f-8a1b2c3d4e5f", "#;
    assert!(EXECUTION.contains(line_id));
    for id in
        ["", r#""Id": null, "#, r#""Id": "", "#, r#""Id": "17", "#, r#""Id": 17, "#, r#""Id": {"a": [1]}, "#]
    {
        let line = execution(&EXECUTION.replace(line_id, id)).job_execution_logs.remove(0);
        assert!(line.id.is_nil() && line.message == "Invalid object name", "{id}");
    }
    let minimal = execution(
        r#"{"State":"Failed","TriggerId":"","JobExecutionLogs":[{"Severity":"error","Message":"a"}]}"#,
    );
    assert!(minimal.id.is_nil() && minimal.trigger_id.is_none() && minimal.job_execution_logs.len() == 1);
}

#[test]
fn invalid_character_is_replaced() {
    for (text, expected) in [
        (br#"a\ud800b"# as &[u8], "a\u{fffd}b"),
        (br#"\udc00\ud83d\ude00"#, "\u{fffd}\u{1f600}"),
        (b"a\xff\xfeb\xc3\xa9", "a\u{fffd}\u{fffd}b\u{e9}"),
        (b"two\nlines\ttab", "two\nlines\ttab"),
        (br#"C:\data\users"#, r#"C:\data\users"#),
        (br#"\\ud800"#, r#"\ud800"#),
    ] {
        let before = br#"{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","\udc00":"\ud800","Name":""#;
        let body = [before as &[u8], text, b"\"}"].concat();
        let job: Job = decode::json(&body).unwrap();
        assert_eq!(job.name, expected);
        let stream = [&body as &[u8], b",{}"].concat();
        let (first, length) = decode::first_value::<Job>(&stream).unwrap();
        assert_eq!((first.name.as_str(), length), (expected, body.len()), "in a stream");
        // If the body is truncated at any byte, it is incomplete, and a truncated character is not replaced.
        for end in 1..body.len() {
            let error = decode::first_value::<Job>(&body[..end]).unwrap_err();
            assert!(error.is_eof(), "{end} of {expected:?}: {error}");
        }
    }
}

#[test]
fn schedule_with_other_jobs_of_another_type_keeps_its_due_time() {
    for (after, expected) in [
        ("null", &[] as &[&str]),
        ("\"Sales\"", &[]),
        ("{}", &[]),
        ("5", &[]),
        ("[]", &[]),
        ("[null, \"Sales\", 5, {\"Name\": \"Finance\"}, \"Deliver\"]", &["Sales", "Deliver"]),
    ] {
        let body = format!(
            r#"{{"Id": "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35", "Name": "Load",
                "Schedule": {{"Cron": "0 2 * * *", "After": {after}, "NextDueTime": "2026-03-14T02:00:00Z"}}}}"#
        );
        let job: Job = decode::json(body.as_bytes()).unwrap_or_else(|e| panic!("{e}: {body}"));
        let schedule = job.schedule.unwrap_or_else(|| panic!("{body}"));
        assert_eq!(schedule.after, expected, "{body}");
        assert_eq!(schedule.due_time(), "2026-03-14T02:00:00Z".parse().ok(), "{body}");
    }
}

#[test]
fn starter_without_a_number_is_missing() {
    let starter = |value: &str| {
        let body = format!(
            r#"{{"Id": "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35", "State": 2, "StartedBy": {value}, "Logs": []}}"#
        );
        decode::json::<JobExecution>(body.as_bytes()).unwrap_or_else(|e| panic!("{e}: {body}")).started_by
    };
    for value in ["null", r#""ada@example.com""#, r#""""#, "{}", "1.5", "-1"] {
        assert_eq!(starter(value), None, "{value}");
    }
    assert_eq!(starter("1"), Some(Starter::Schedule));
    assert_eq!(starter(r#""schedule""#), Some(Starter::Schedule));
    assert_eq!(starter("9"), Some(Starter::Unknown(9)));
}
