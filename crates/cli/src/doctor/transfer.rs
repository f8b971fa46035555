//! Checks how responses are transferred: redirects, compression, time, and size.

use reqwest::header::CONTENT_ENCODING;
use serde_json::json;

use super::{
    finding::{Finding, Findings, Subject},
    key,
    requests::Response,
};
use crate::output::text;

const SUBJECT: Subject = Subject::Transfer;
/// A response that takes longer is slow.
const MAX_USUAL_MILLISECONDS: u128 = 5000;
/// A longer history should be compressed or limited.
const MAX_USUAL_HISTORY_BYTES: usize = 1024 * 1024;

/// The history of the examined job.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct History {
    pub(crate) executions: usize,
    pub(crate) lines: usize,
    pub(crate) bytes: usize,
}

/// Adds the finding on redirects. Ignores the request without the key, which may be redirected to a page to sign in.
pub(crate) fn check_redirects(responses: &[Response], findings: &mut Findings) {
    let mut with_key = responses.iter().filter(|response| response.label != key::WITHOUT_KEY).peekable();
    if with_key.peek().is_none() {
        return;
    }
    let within = with_key.clone().filter(|response| response.redirect_count > 0).count();
    let away = with_key.find_map(|response| response.other_origin.as_ref());
    let finding = if let Some(target) = away {
        let text = "The server redirects to another origin. txjobs does not follow, so that the key stays at one origin.";
        let advice = "If the API has moved, use its new domain. If it is a page to sign in, sign in to your network first.";
        Finding::fail(SUBJECT, "redirects", text).advice(advice).private_detail("Location", target.as_str())
    } else if within > 0 {
        let text = format!("The server redirected {} within its origin.", text::count(within, "request"));
        let advice =
            "Check the domain and the path prefix. txjobs does not follow a redirect when it starts a job.";
        Finding::warn(SUBJECT, "redirects", text).advice(advice)
    } else {
        Finding::pass(SUBJECT, "redirects", "No redirects.")
    };
    findings.add(finding.detail("WithinOrigin", within));
}

/// Adds the finding on compression. `offered` is the response to a request that accepts gzip.
pub(crate) fn check_compression(
    responses: &[Response],
    offered: Option<&Response>,
    history: History,
    findings: &mut Findings,
) {
    // The HTTP client removes the header of an encoding that it decodes.
    let undecoded = responses.iter().filter(|response| Some(response.label) != offered.map(|r| r.label));
    let undecoded =
        undecoded.filter_map(|response| response.header(CONTENT_ENCODING)).find(|name| name != "identity");
    if let Some(encoding) = undecoded {
        let text = "The server compresses responses in a form that txjobs did not request and cannot read.";
        let finding =
            Finding::fail(SUBJECT, "compression", text).advice("Contact the server's administrator.");
        findings.add(finding.shown_detail("Encoding", encoding));
        return;
    }
    let Some(offered) = offered else { return };
    let encoding = offered.header(CONTENT_ENCODING);
    let is_long = history.bytes > MAX_USUAL_HISTORY_BYTES;
    let finding = match &encoding {
        Some(_) => Finding::pass(SUBJECT, "compression", "The server compresses responses."),
        None if is_long => {
            Finding::warn(SUBJECT, "compression", "The server does not compress a long history.").advice(
                "Reading it takes longer than necessary. Ask the server's administrator to enable gzip.",
            )
        }
        None => Finding::pass(SUBJECT, "compression", "The server does not compress the examined history."),
    };
    findings.add(finding.detail("Encoding", encoding));
}

/// Adds the finding on response times.
pub(crate) fn check_times(responses: &[Response], findings: &mut Findings) {
    let Some(slowest) = responses.iter().max_by_key(|response| response.total_time) else { return };
    let longest = slowest.total_time.as_millis();
    let text = format!(
        "{}, the slowest in {longest} ms ({}).",
        text::count(responses.len(), "response"),
        slowest.label
    );
    let finding = if longest > MAX_USUAL_MILLISECONDS {
        Finding::warn(SUBJECT, "times", text)
            .advice("The server or the network is slow. txjobs waits up to a minute for a response.")
    } else {
        Finding::pass(SUBJECT, "times", text)
    };
    let times: Vec<_> = responses
        .iter()
        .map(|response| {
            json!({
                "Request": response.label,
                "Status": response.status.as_u16(),
                "HeadMilliseconds": response.head_time.as_millis() as u64,
                "Milliseconds": response.total_time.as_millis() as u64,
            })
        })
        .collect();
    findings.add(finding.detail("Responses", times));
}

/// Adds the finding on the size of the history.
pub(crate) fn check_history(history: Option<History>, findings: &mut Findings) {
    let Some(History { executions, lines, bytes }) = history else { return };
    let amount = format!(
        "{}, {}, {}",
        text::count(executions, "execution"),
        text::count(lines, "log line"),
        text::count(bytes, "byte")
    );
    let finding = if bytes > MAX_USUAL_HISTORY_BYTES {
        Finding::warn(SUBJECT, "history", format!("The examined job has a long history: {amount}."))
            .advice("txjobs logs reads all of it, unless the server announces the extension limit.")
    } else {
        Finding::pass(SUBJECT, "history", format!("The examined job has a history of {amount}."))
    };
    findings.add(finding.detail("Executions", executions).detail("Lines", lines).detail("Bytes", bytes));
}
