//! The table of responses and their expected values.

use txjobs_sdk::{
    ErrorKind::{
        self, Conflict, Interrupted, InvalidBody, KeyRefused, NotFound, NotThisApi, RequestRefused,
        ServerError, TooManyRequests,
    },
    operation::Operation,
    paths::{
        CANCEL_JOB, EXECUTE_JOB, GET_JOB_LOGS, GET_JOB_LOGS_BY_TRIGGER, GET_JOB_STATUS, LIST_JOB_STATUSES,
        LIST_JOBS,
    },
};

pub(crate) const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
pub(crate) const TRIGGER: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";

/// The expected result of decoding a response.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expected {
    /// A value, in the form of the vendor's article.
    Value(&'static str),
    /// An error of this kind with this message of the server.
    Error(ErrorKind, Option<&'static str>),
}

/// A response and its expected value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) description: &'static str,
    pub(crate) operation: &'static Operation,
    pub(crate) status: u16,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) retry_after: Option<&'static str>,
    pub(crate) body: &'static [u8],
    pub(crate) expected: Expected,
}

const fn success(
    description: &'static str,
    operation: &'static Operation,
    body: &'static str,
    value: &'static str,
) -> Row {
    Row {
        description,
        operation,
        status: 200,
        content_type: Some("application/json; charset=utf-8"),
        retry_after: None,
        body: body.as_bytes(),
        expected: Expected::Value(value),
    }
}

const fn error(
    description: &'static str,
    operation: &'static Operation,
    status: u16,
    body: &'static str,
    kind: ErrorKind,
    message: Option<&'static str>,
) -> Row {
    let expected = Expected::Error(kind, message);
    Row {
        description,
        operation,
        status,
        content_type: None,
        retry_after: None,
        body: body.as_bytes(),
        expected,
    }
}

const QUEUED: &str = r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Message":"Queued.","TriggerId":"5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57"}"#;
const QUEUED_CAMEL: &str = r#"{"jobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","message":"Queued.","triggerId":"5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57"}"#;
const RUNNING: &str = r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Message":"It runs.","Status":2}"#;
const RUNNING_CAMEL: &str =
    r#"{"jobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","message":"It runs.","status":2}"#;

/// The JSON of an execution with these times, state, and log lines.
macro_rules! execution {
    ($created:literal, $ended:literal, $state:literal, $lines:literal) => {
        concat!(
            r#"[{"Id":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","#,
            r#""CreateTime":"#,
            $created,
            r#","EndTime":"#,
            $ended,
            r#","State":"#,
            $state,
            r#","TriggerId":"5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57","JobExecutionLogs":"#,
            $lines,
            "}]"
        )
    };
}

/// A row with the creation time of an execution, and its expected value.
macro_rules! time {
    ($description:literal, $sent:literal, $expected:literal) => {
        success(
            $description,
            &GET_JOB_LOGS,
            execution!($sent, "null", "1", "[]"),
            execution!($expected, "null", "1", "[]"),
        )
    };
}

const LINE: &str = execution!(
    "null",
    "null",
    "3",
    r#"[{"Id":"c2d5e8f1-0a3b-4c6d-9e7f-8a1b2c3d4e5f","JobExecutionId":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","Message":"No.","Severity":2,"TimeStamp":"2026-03-14T02:00:02Z"}]"#
);
const LINE_CAMEL: &str = r#"[{"id":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","jobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","createTime":null,"endTime":null,"state":3,"triggerId":"5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57","jobExecutionLogs":[{"id":"c2d5e8f1-0a3b-4c6d-9e7f-8a1b2c3d4e5f","jobExecutionId":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","timeStamp":"2026-03-14T02:00:02Z","severity":2,"message":"No."}]}]"#;
const PROBLEM: &str = r#"{"type":"about:blank","title":"Conflict","status":409,"detail":"It runs already."}"#;
const PAGE: &str =
    "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>";

/// The rows, in this order: casing, times, missing and unknown fields, invalid characters, other forms, other successes, errors.
pub(crate) const TABLE: &[Row] = &[
    // Casing.
    success(
        "jobs in PascalCase",
        &LIST_JOBS,
        r#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"Load"}]"#,
        r#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"Load"}]"#,
    ),
    success(
        "jobs in camelCase",
        &LIST_JOBS,
        r#"[{"id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","name":"Load"}]"#,
        r#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"Load"}]"#,
    ),
    success(
        "both casings in one object",
        &LIST_JOBS,
        r#"[{"id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"a","name":"Load"}]"#,
        r#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"Load"}]"#,
    ),
    success("a status in camelCase", &GET_JOB_STATUS, RUNNING_CAMEL, RUNNING),
    success(
        "statuses in camelCase",
        &LIST_JOB_STATUSES,
        r#"[{"jobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","status":0}]"#,
        r#"[{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Status":0}]"#,
    ),
    success("execute in camelCase", &EXECUTE_JOB, QUEUED_CAMEL, QUEUED),
    success("cancel in camelCase", &CANCEL_JOB, QUEUED_CAMEL, QUEUED),
    success("a log in camelCase", &GET_JOB_LOGS_BY_TRIGGER, LINE_CAMEL, LINE),
    // Times.
    time!("a time in UTC", r#""2026-03-14T02:00:02.117Z""#, r#""2026-03-14T02:00:02.117Z""#),
    time!("a time with an offset", r#""2026-03-14T03:00:02.117+01:00""#, r#""2026-03-14T02:00:02.117Z""#),
    time!("a time without any zone", r#""2026-03-14T02:00:02.117""#, r#""2026-03-14T02:00:02.117Z""#),
    time!("a time without a fraction", r#""2026-03-14T02:00:02""#, r#""2026-03-14T02:00:02Z""#),
    time!("one digit of a fraction", r#""2026-03-14T02:00:02.5Z""#, r#""2026-03-14T02:00:02.500Z""#),
    time!("seven digits of a fraction", r#""2026-03-14T02:00:02.1170000""#, r#""2026-03-14T02:00:02.117Z""#),
    time!(
        "nine digits of a fraction",
        r#""2026-03-14T02:00:02.123456789Z""#,
        r#""2026-03-14T02:00:02.123456789Z""#
    ),
    time!("a space instead of T", r#""2026-03-14 02:00:02Z""#, r#""2026-03-14T02:00:02Z""#),
    time!("no time", "null", "null"),
    time!("an empty time", r#""""#, "null"),
    time!("text that is not a time", r#""last night""#, "null"),
    time!("a number for a time", "1773453602", "null"),
    // Null, missing, and unknown fields.
    success(
        "only required fields",
        &GET_JOB_LOGS,
        r#"[{"Id":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","State":1}]"#,
        r#"[{"Id":"e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e","JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","CreateTime":null,"EndTime":null,"State":1,"JobExecutionLogs":[]}]"#,
    ),
    success(
        "null for an array",
        &GET_JOB_LOGS,
        execution!("null", "null", "1", "null"),
        execution!("null", "null", "1", "[]"),
    ),
    success(
        "null for a name",
        &LIST_JOBS,
        r#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":null}]"#,
        r#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":""}]"#,
    ),
    success(
        "no message",
        &EXECUTE_JOB,
        r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","TriggerId":"5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57","Message":null}"#,
        r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","TriggerId":"5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57"}"#,
    ),
    success(
        "unknown fields",
        &LIST_JOBS,
        r#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"Load","Tags":[{"a":[1,2.5e9,null]}],"Owner":{"Id":7}}]"#,
        r#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"Load"}]"#,
    ),
    success(
        "an unknown status",
        &GET_JOB_STATUS,
        r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Status":12}"#,
        r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Status":12}"#,
    ),
    success(
        "an unknown state",
        &GET_JOB_LOGS,
        execution!("null", "null", "-7", "[]"),
        execution!("null", "null", "-7", "[]"),
    ),
    success(
        "the log of a pending run: created, without lines",
        &GET_JOB_LOGS_BY_TRIGGER,
        execution!("null", "null", "0", "[]"),
        execution!("null", "null", "0", "[]"),
    ),
    success(
        "the log of a pending run or of an unknown trigger id: an empty array",
        &GET_JOB_LOGS_BY_TRIGGER,
        "[]",
        "[]",
    ),
    success("no jobs", &LIST_JOBS, " [ ] \n", "[]"),
    success(
        "a byte order mark",
        &GET_JOB_STATUS,
        "\u{feff}{\"JobId\":\"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\",\"Status\":0}",
        r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Status":0}"#,
    ),
    // Invalid characters and escapes.
    success(
        "an unpaired surrogate in a name",
        &LIST_JOBS,
        r#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"a\ud800b"}]"#,
        "[{\"Id\":\"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\",\"Name\":\"a\u{fffd}b\"}]",
    ),
    success(
        "surrogates in the wrong order, and in the name of an unknown field",
        &LIST_JOBS,
        r#"[{"\udc00":"\ud800","Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"\ude00\ud83d"}]"#,
        "[{\"Id\":\"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\",\"Name\":\"\u{fffd}\u{fffd}\"}]",
    ),
    Row {
        body: b"[{\"Id\":\"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\",\"Name\":\"a\xffb\"}]",
        ..success(
            "a byte that is not UTF-8 in a name",
            &LIST_JOBS,
            "",
            "[{\"Id\":\"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\",\"Name\":\"a\u{fffd}b\"}]",
        )
    },
    success(
        "raw line ends and backslashes in a name",
        &LIST_JOBS,
        "[{\"Id\":\"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\",\"Name\":\"a\nb C:\\data\"}]",
        r#"[{"Id":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Name":"a\nb C:\\data"}]"#,
    ),
    // Other forms of numbers and ids.
    success(
        "a status as text",
        &GET_JOB_STATUS,
        r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Message":"It runs.","Status":"2"}"#,
        RUNNING,
    ),
    success(
        "a status as a float",
        &GET_JOB_STATUS,
        r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Message":"It runs.","Status":2.0}"#,
        RUNNING,
    ),
    success(
        "a status by its name",
        &GET_JOB_STATUS,
        r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Message":"It runs.","Status":"running"}"#,
        RUNNING,
    ),
    success(
        "a status by the vendor's name",
        &GET_JOB_STATUS,
        r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Status":"None"}"#,
        r#"{"JobId":"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35","Status":0}"#,
    ),
    success(
        "a state by its name",
        &GET_JOB_LOGS,
        execution!("null", "null", r#""CompletedWithErrors""#, "[]"),
        execution!("null", "null", "4", "[]"),
    ),
    success(
        "an id in braces",
        &GET_JOB_STATUS,
        r#"{"JobId":"{3F2B8C1E-5D47-4A9B-8E60-1C9F2A7D4B35}","Message":"It runs.","Status":2}"#,
        RUNNING,
    ),
    success(
        "an id without dashes",
        &GET_JOB_STATUS,
        r#"{"JobId":"3f2b8c1e5d474a9b8e601c9f2a7d4b35","Message":"It runs.","Status":2}"#,
        RUNNING,
    ),
    success(
        "lines without ids",
        &GET_JOB_LOGS_BY_TRIGGER,
        execution!(
            "null",
            "null",
            "1",
            r#"[{"Message":"a","Severity":0},{"Id":null,"Message":"b","Severity":"warning"},{"Id":"","Message":"c","Severity":2}]"#
        ),
        execution!(
            "null",
            "null",
            "1",
            r#"[{"Id":"00000000-0000-0000-0000-000000000000","Message":"a","Severity":0,"TimeStamp":null},{"Id":"00000000-0000-0000-0000-000000000000","Message":"b","Severity":1,"TimeStamp":null},{"Id":"00000000-0000-0000-0000-000000000000","Message":"c","Severity":2,"TimeStamp":null}]"#
        ),
    ),
    // Success with another status or content type.
    Row { status: 201, ..success("execute with 201", &EXECUTE_JOB, QUEUED, QUEUED) },
    Row { status: 202, ..success("execute with 202", &EXECUTE_JOB, QUEUED, QUEUED) },
    Row {
        content_type: Some("text/plain"),
        ..success("JSON with the content type text/plain", &LIST_JOBS, "[]", "[]")
    },
    Row { content_type: None, ..success("JSON without a content type", &EXECUTE_JOB, QUEUED, QUEUED) },
    Row {
        content_type: Some("text/html"),
        ..success("JSON with the content type text/html", &GET_JOB_STATUS, RUNNING, RUNNING)
    },
    // Error bodies of every kind.
    error(
        "the contract's error",
        &GET_JOB_STATUS,
        404,
        r#"{"Message":"No such job."}"#,
        NotFound,
        Some("No such job."),
    ),
    error(
        "an error in camelCase",
        &GET_JOB_STATUS,
        404,
        r#"{"message":"No such job."}"#,
        NotFound,
        Some("No such job."),
    ),
    error("problem+json", &EXECUTE_JOB, 409, PROBLEM, Conflict, Some("It runs already.")),
    error("plain text", &EXECUTE_JOB, 409, "It runs already.\r\n", Conflict, Some("It runs already.")),
    error("a web page", &LIST_JOBS, 502, PAGE, ServerError, Some("502 Bad Gateway: nginx")),
    error("an empty error body", &LIST_JOBS, 500, "", ServerError, None),
    error("error JSON of another shape", &LIST_JOBS, 500, r#"[{"code":7}]"#, ServerError, None),
    error(
        "markup and control characters in the message",
        &LIST_JOBS,
        500,
        "{\"Message\":\"<b>No</b>\\u001b[31m\\u202e disk\"}",
        ServerError,
        Some("No [31m disk"),
    ),
    error(
        "a web page with more text than its title",
        &LIST_JOBS,
        500,
        "<title>Error</title><style>p{}</style><h1>Server Error</h1><p>The database is down.</p>",
        ServerError,
        Some("Server Error The database is down."),
    ),
    error(
        "a message with an unpaired surrogate",
        &LIST_JOBS,
        500,
        r#"{"Message":"No \ud800 disk"}"#,
        ServerError,
        Some("No \u{fffd} disk"),
    ),
    // Errors with other statuses.
    error("a request time-out: 408", &EXECUTE_JOB, 408, "", Interrupted, None),
    error(
        "execute of a running job: 400",
        &EXECUTE_JOB,
        400,
        r#"{"Message":"It runs."}"#,
        RequestRefused,
        Some("It runs."),
    ),
    error("the log of a pending run: 404", &GET_JOB_LOGS_BY_TRIGGER, 404, "", NotFound, None),
    error("an unknown job: 400", &GET_JOB_STATUS, 400, "Unknown job", RequestRefused, Some("Unknown job")),
    error("a wrong key: 401 without a body", &LIST_JOBS, 401, "", KeyRefused, None),
    error(
        "a wrong key: 403 with a web page",
        &LIST_JOBS,
        403,
        "<html><title>Forbidden</title></html>",
        KeyRefused,
        Some("Forbidden"),
    ),
    Row {
        retry_after: Some("120"),
        ..error("too many requests, in seconds", &LIST_JOBS, 429, "", TooManyRequests, None)
    },
    Row {
        retry_after: Some("Sat, 14 Mar 2026 02:00:30 GMT"),
        ..error("too many requests, with a date", &LIST_JOBS, 429, "", TooManyRequests, None)
    },
    error(
        "a 404 of another server",
        &LIST_JOBS,
        404,
        "<title>Not Found</title>",
        NotThisApi,
        Some("Not Found"),
    ),
    // Successes with invalid bodies.
    error(
        "a web page instead of the jobs",
        &LIST_JOBS,
        200,
        PAGE,
        NotThisApi,
        Some("502 Bad Gateway: nginx"),
    ),
    error("incomplete JSON", &LIST_JOBS, 200, "[{\"Id\":", Interrupted, None),
    error("a success without a body", &LIST_JOBS, 200, "", InvalidBody, None),
    error("a response without required fields", &EXECUTE_JOB, 200, "{}", InvalidBody, None),
];
