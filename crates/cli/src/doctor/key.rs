//! Checks the API key and its header.

use reqwest::{StatusCode, header::HeaderName};
use txjobs_sdk::paths;

use super::{
    facts::Facts,
    finding::{Finding, Findings, Subject},
    requests::{NoResponse, Request, Requester, Response},
    responses::{self, Expected},
    shape::Shape,
};

const SUBJECT: Subject = Subject::Key;
/// The label of the request without the key.
pub(crate) const WITHOUT_KEY: &str = "without_key";
/// The names of headers that are tried if the server refuses the key in the configured one. The first is the contract's.
const HEADER_NAMES: [&str; 6] =
    [paths::API_KEY_HEADER, "x-api-key", "api-key", "x-apikey", "ocp-apim-subscription-key", "authorization"];

/// Reports where the key came from, or why there is none.
pub(crate) fn check_presence(key_source: Result<&str, &str>, findings: &mut Findings) {
    findings.add(match key_source {
        Ok(source) => Finding::pass(SUBJECT, "present", format!("The API key is from {source}.")),
        Err(problem) => Finding::fail(SUBJECT, "present", "There is no usable API key.").advice(problem),
    });
}

/// Reports the response to a request without a key.
pub(crate) fn check_without_key(response: &Response, findings: &mut Findings) {
    let status = response.status;
    let is_redirect = status.is_redirection();
    let finding = if is_refusal(status) {
        Finding::pass(
            SUBJECT,
            "required",
            format!("A request without a key is refused ({}).", status.as_u16()),
        )
    } else if status.is_success() {
        Finding::warn(SUBJECT, "required", "The server answers a request without a key.").advice(
            "If the jobs should not be public, tell the server's administrator. Or this is not the Jobs API.",
        )
    } else if is_redirect && response.other_origin.is_some() {
        Finding::warn(SUBJECT, "required", "A request without a key is redirected to another origin.")
            .advice("It may be a page to sign in. A server of the Jobs API answers with 401.")
    } else {
        let text = format!("A request without a key is answered with {}, not with 401.", status.as_u16());
        Finding::warn(SUBJECT, "required", text).advice("See the response with the key.")
    };
    findings.add(finding.detail("Status", status.as_u16()));
}

fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

/// The header that carries the key, and the list of jobs that was requested with it.
#[derive(Debug)]
pub(crate) struct KeyCheck {
    pub(crate) header: HeaderName,
    pub(crate) jobs: Result<Response, NoResponse>,
    /// Whether the server refused the key in the configured header.
    pub(crate) is_refused: bool,
    /// The other header in which the server accepts the key.
    pub(crate) other_header: Option<&'static str>,
}

/// Requests the list of jobs with the key. If it is refused, tries other headers.
pub(crate) async fn check_key(
    requester: &mut Requester,
    configured: &HeaderName,
    configured_name: &str,
    findings: &mut Findings,
) -> KeyCheck {
    let jobs = requester.send(&list_jobs(configured)).await;
    let mut check = KeyCheck { header: configured.clone(), jobs, is_refused: false, other_header: None };
    let Ok(response) = &check.jobs else {
        findings.add(Finding::skip(
            SUBJECT,
            "accepted",
            "Whether the key is accepted is unknown: there is no response.",
        ));
        return check;
    };
    if !is_refusal(response.status) {
        findings.add(not_refused(response, configured_name));
        return check;
    }
    check.is_refused = true;
    let status = response.status.as_u16();
    let message = responses::error_of(&paths::LIST_JOBS, response).message;
    let mut tried = Vec::new();
    for name in HEADER_NAMES {
        let Ok(header) = HeaderName::try_from(name) else { continue };
        if header == *configured {
            continue;
        }
        let Ok(response) = requester.send(&list_jobs(&header)).await else { break };
        tried.push(name);
        if is_list_of_jobs(&response) {
            check = KeyCheck { header, jobs: Ok(response), other_header: Some(name), ..check };
            break;
        }
    }
    let finding = match check.other_header {
        Some(name) => Finding::fail(
            SUBJECT,
            "accepted",
            format!("The server refuses the key in the header {configured_name}, and accepts it in {name}."),
        )
        .advice(format!(
            "Use --key-header {name}, or set TXJOBS_KEY_HEADER={name}. The other checks use this header."
        )),
        None => Finding::fail(SUBJECT, "accepted", format!("The server refuses the key ({status})."))
            .advice("Check that the key is complete, is not expired, and belongs to this organization."),
    };
    findings.add(
        finding
            .detail("Status", status)
            .detail("TriedHeaders", tried)
            .private_detail("ServerMessage", message),
    );
    check
}

fn list_jobs(header: &HeaderName) -> Request {
    Request::get(paths::LIST_JOBS.id, paths::list_jobs().path_and_query()).with_key(header)
}

fn not_refused(response: &Response, header: &str) -> Finding {
    let status = response.status.as_u16();
    if is_list_of_jobs(response) {
        let text = format!("The server accepts the key in the header {header}.");
        return Finding::pass(SUBJECT, "accepted", text).detail("Status", status);
    }
    let text =
        format!("Whether the key is accepted is unknown: the response is not a list of jobs ({status}).");
    Finding::skip(SUBJECT, "accepted", text).detail("Status", status)
}

/// Returns whether the response is the list of jobs, which may be too long to be read.
fn is_list_of_jobs(response: &Response) -> bool {
    if !response.status.is_success() {
        return false;
    }
    if response.is_complete() {
        return Expected::Jobs.accepts(&response.body);
    }
    let mut facts = Facts::default();
    facts.read(&response.body, &Shape::job());
    facts.root == Some("array")
}
