//! Checks the responses of the operations that only read.

use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use txjobs_sdk::{
    Error, ErrorKind, decode,
    operation::Operation,
    paths,
    types::{Job, JobExecutions, JobStatus},
};

use super::{
    facts::Facts,
    finding::{Finding, Subject},
    requests::{MAX_BODY_BYTES, NoResponse, Response},
    shape::Shape,
};
use crate::output::text;

/// The most bytes of an error body that are searched for a message.
const MAX_ERROR_BODY_BYTES: usize = 64 * 1024;

/// The deepest nesting that serde_json decodes.
const MAX_NESTING: usize = 128;

/// The body of a success.
#[derive(Debug)]
pub(crate) enum Content {
    Jobs(Vec<Job>),
    Statuses(Vec<JobStatus>),
    Status(JobStatus),
    Executions(JobExecutions),
}

impl Content {
    /// Returns what the content is, such as "3 jobs".
    fn describe(&self) -> String {
        match self {
            Self::Jobs(jobs) => text::count(jobs.len(), "job"),
            Self::Statuses(statuses) => match statuses.len() {
                1 => "1 status".to_owned(),
                number => format!("{number} statuses"),
            },
            Self::Status(status) if status.status.label().is_none() => "an unknown status".to_owned(),
            Self::Status(status) => status.status.to_string(),
            Self::Executions(executions) => {
                let lines = executions.iter().map(|execution| execution.job_execution_logs.len()).sum();
                format!("{}, {}", text::count(executions.len(), "execution"), text::count(lines, "log line"))
            }
        }
    }
}

/// The type of the expected content.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expected {
    Jobs,
    Statuses,
    Status,
    Executions,
}

impl Expected {
    fn shape(self) -> Shape {
        match self {
            Self::Jobs => Shape::job(),
            Self::Statuses | Self::Status => Shape::job_status(),
            Self::Executions => Shape::job_execution(),
        }
    }

    fn decode(self, body: &[u8]) -> Result<Decoded, serde_json::Error> {
        match self {
            Self::Jobs => decode_leniently(body, Content::Jobs),
            Self::Statuses => decode_leniently(body, Content::Statuses),
            Self::Status => decode_leniently(body, Content::Status),
            Self::Executions => decode_leniently(body, Content::Executions),
        }
    }

    /// Returns whether the SDK can decode the body.
    pub(crate) fn accepts(self, body: &[u8]) -> bool {
        self.decode(body).is_ok()
    }

    fn root(self) -> &'static str {
        match self {
            Self::Status => "object",
            Self::Jobs | Self::Statuses | Self::Executions => "array",
        }
    }
}

struct Decoded {
    content: Content,
    /// Whether the SDK had to repair the JSON.
    is_repaired: bool,
}

fn decode_leniently<T: DeserializeOwned>(
    body: &[u8],
    wrap: impl Fn(T) -> Content,
) -> Result<Decoded, serde_json::Error> {
    match serde_json::from_slice(body) {
        Ok(content) => return Ok(Decoded { content: wrap(content), is_repaired: false }),
        // To repair such a document would take much memory, and it could not be decoded afterwards.
        Err(error) if is_nested_too_deeply(body) => return Err(error),
        Err(_) => {}
    }
    decode::json(body).map(|content| Decoded { content: wrap(content), is_repaired: true })
}

/// Returns whether arrays and objects are nested more deeply than serde_json decodes them.
fn is_nested_too_deeply(body: &[u8]) -> bool {
    let (mut depth, mut is_string, mut is_escaped) = (0_usize, false, false);
    body.iter().any(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            b'[' | b'{' if !is_string => depth += 1,
            b']' | b'}' if !is_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_NESTING
    })
}

/// The result of a check of a response.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) finding: Finding,
    /// The content, if the response is a success that the SDK can decode.
    pub(crate) content: Option<Content>,
    /// Whether the SDK had to repair the JSON.
    pub(crate) is_repaired: bool,
    /// The size of the body in bytes.
    pub(crate) size: usize,
}

/// Checks the response of an operation, and adds the facts on its format.
pub(crate) fn check(
    operation: &'static Operation,
    expected: Expected,
    result: &Result<Response, NoResponse>,
    facts: &mut Facts,
) -> Checked {
    let unchecked = |finding| Checked { finding, content: None, is_repaired: false, size: 0 };
    let response = match result {
        Ok(response) => response,
        Err(problem) => return unchecked(no_response(operation.id, problem)),
    };
    let size = response.body.len();
    if !response.status.is_success() || response.other_origin.is_some() {
        return Checked { size, ..unchecked(refused(operation, response)) };
    }
    facts.read(&response.body, &expected.shape());
    if !response.is_complete() {
        return Checked { size, ..unchecked(incomplete(operation, response)) };
    }
    match expected.decode(&response.body) {
        Ok(decoded) => Checked {
            finding: success(operation, response, &decoded),
            content: Some(decoded.content),
            is_repaired: decoded.is_repaired,
            size,
        },
        Err(error) => {
            let finding = undecodable(operation, response, expected, facts.root, &error);
            Checked { size, ..unchecked(finding) }
        }
    }
}

/// Returns the finding for a request without a response.
pub(crate) fn no_response(name: &str, problem: &NoResponse) -> Finding {
    match problem {
        NoResponse::NotSent(reason) => {
            Finding::skip(Subject::Responses, name, format!("{name}: not requested, because {reason}."))
        }
        NoResponse::Failed(error) => {
            Finding::fail(Subject::Responses, name, format!("{name}: {}", error.summary()))
                .advice(error.advice())
                .private_detail("Cause", error.message.clone())
        }
    }
}

fn with_response(finding: Finding, response: &Response) -> Finding {
    finding
        .detail("Status", response.status.as_u16())
        .detail("ContentType", response.header(reqwest::header::CONTENT_TYPE))
        .detail("Bytes", response.body.len())
        .detail("Milliseconds", milliseconds(response))
}

fn milliseconds(response: &Response) -> u64 {
    u64::try_from(response.total_time.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the error of a response, as the SDK classifies it.
pub(crate) fn error_of(operation: &'static Operation, response: &Response) -> Error {
    let retry_after = response.header(reqwest::header::RETRY_AFTER);
    let body = &response.body[..response.body.len().min(MAX_ERROR_BODY_BYTES)];
    Error::from_response(operation, response.status.as_u16(), retry_after.as_deref(), body)
}

fn refused(operation: &'static Operation, response: &Response) -> Finding {
    let error = error_of(operation, response);
    if let Some(target) = &response.other_origin {
        let text = format!("{}: The server redirects to another origin.", operation.id);
        let advice =
            "Check the domain. If it is correct, your network may require to sign in with a browser first.";
        let finding = Finding::fail(Subject::Responses, operation.id, text).advice(advice);
        return with_response(finding, response).private_detail("Location", target.as_str());
    }
    let (id, status, summary) = (operation.id, response.status.as_u16(), error.summary());
    let finding = Finding::fail(Subject::Responses, id, format!("{id}: {summary} ({status})"));
    with_response(finding.advice(error.advice()), response).private_detail("ServerMessage", error.message)
}

fn incomplete(operation: &'static Operation, response: &Response) -> Finding {
    let id = operation.id;
    let finding = if response.is_too_long {
        let text = format!("{id}: The response is larger than {} MiB.", MAX_BODY_BYTES / 1024 / 1024);
        let advice = "Only its beginning was examined. txjobs and the console read all of it, which takes time and memory.";
        Finding::warn(Subject::Responses, id, text).advice(advice)
    } else {
        let error = Error::new(ErrorKind::Interrupted).with_operation(operation);
        Finding::fail(Subject::Responses, id, format!("{id}: {}", error.summary())).advice(error.advice())
    };
    with_response(finding, response).detail("Cause", response.body_error.clone())
}

fn success(operation: &'static Operation, response: &Response, decoded: &Decoded) -> Finding {
    let id = operation.id;
    let text = format!("{id}: {}", decoded.content.describe());
    let content_type = response.header(reqwest::header::CONTENT_TYPE).unwrap_or_default();
    let finding = if is_json(&content_type) {
        Finding::pass(Subject::Responses, id, text)
    } else {
        let advice =
            "txjobs reads it. Other clients may expect application/json: tell the server's administrator.";
        let text = format!("{text}, but its content type is not JSON.");
        Finding::warn(Subject::Responses, id, text).advice(advice).shown_detail("ContentType", content_type)
    };
    with_response(finding, response)
}

fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type == "application/json" || media_type.ends_with("+json") || media_type == "text/json"
}

fn undecodable(
    operation: &'static Operation,
    response: &Response,
    expected: Expected,
    root: Option<&'static str>,
    decode_error: &serde_json::Error,
) -> Finding {
    let status = response.status.as_u16();
    let error = Error::from_decode_error(operation, status, &response.body, decode_error);
    let id = operation.id;
    let is_other_root =
        error.kind == ErrorKind::InvalidBody && root.is_some_and(|root| root != expected.root());
    let text = match root {
        Some(root) if is_other_root => {
            format!("{id}: The JSON is not an {} as in the Jobs API, but: {root}.", expected.root())
        }
        _ if error.kind == ErrorKind::NotThisApi => {
            format!("{id}: The server sends a web page instead of JSON.")
        }
        _ => format!("{id}: {}", error.summary()),
    };
    let advice = if error.kind == ErrorKind::NotThisApi {
        "Check the domain and the path prefix. If both are correct, your network may require to sign in with a browser first."
    } else {
        error.advice()
    };
    let finding = Finding::fail(Subject::Responses, id, text).advice(advice);
    let cause = error.detail.filter(|_| error.kind != ErrorKind::NotThisApi);
    with_response(finding, response)
        .private_detail("ServerMessage", error.message)
        .private_detail("Cause", cause)
}

/// Checks the response to a request for the log of a trigger id that no run has.
pub(crate) fn check_unknown_trigger(result: &Result<Response, NoResponse>, facts: &mut Facts) -> Finding {
    let operation = &paths::GET_JOB_LOGS_BY_TRIGGER;
    let id = operation.id;
    let response = match result {
        Ok(response) if response.status == StatusCode::NOT_FOUND => {
            let text = format!("{id}: An unknown trigger id is answered with 404.");
            return with_response(Finding::pass(Subject::Responses, id, text), response);
        }
        Ok(response) => response,
        Err(problem) => return no_response(id, problem),
    };
    let checked = check(operation, Expected::Executions, result, facts);
    match &checked.content {
        Some(Content::Executions(executions)) if executions.is_empty() => {
            let text = format!("{id}: An unknown trigger id is answered with an empty list.");
            with_response(Finding::pass(Subject::Responses, id, text), response)
        }
        Some(_) => {
            let text = format!("{id}: An unknown trigger id is answered with executions.");
            let finding = Finding::warn(Subject::Responses, id, text);
            let advice = "txjobs ignores executions with another trigger id. Other clients may follow the wrong run: tell the \
                          server's administrator.";
            with_response(finding.advice(advice), response)
        }
        None => checked.finding,
    }
}

/// Checks the response to a request for the status of a job that does not exist.
pub(crate) fn check_unknown_job(result: &Result<Response, NoResponse>) -> Finding {
    let name = "unknown_job";
    let response = match result {
        Ok(response) => response,
        Err(problem) => return no_response(name, problem),
    };
    let status = response.status.as_u16();
    let finding = match response.status {
        StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => {
            let text = format!("The status of an unknown job is answered with {status}.");
            Finding::pass(Subject::Responses, name, text)
        }
        _ if response.status.is_success() => {
            let text = format!("The status of an unknown job is answered with a success ({status}).");
            let advice = "A wrong job id is then not noticed. Check ids with txjobs jobs.";
            Finding::warn(Subject::Responses, name, text).advice(advice)
        }
        _ => {
            let text = format!("The status of an unknown job is answered with {status}, not with 404.");
            Finding::warn(Subject::Responses, name, text)
                .advice("An error about a wrong job id may be misleading.")
        }
    };
    with_response(finding, response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_outside_of_strings() {
        assert!(is_nested_too_deeply("[{\"a\":".repeat(100).as_bytes()));
        for shallow in ["[]".repeat(1000), format!("[\"\\\"{}\"]", "[".repeat(1000)), "]".repeat(1000)] {
            assert!(!is_nested_too_deeply(shallow.as_bytes()), "{shallow}");
        }
    }
}
