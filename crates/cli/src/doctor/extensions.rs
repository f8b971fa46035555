//! Reports the extensions that the server announces.

use serde_json::json;
use txjobs_sdk::{Extensions, paths};

use super::{
    finding::{Finding, Findings, Subject},
    requests::Response,
};

const SUBJECT: Subject = Subject::Extensions;

/// Adds the finding on extensions.
pub(crate) fn check(responses: &[Response], findings: &mut Findings) {
    let Some(with_success) = responses.iter().rfind(|response| response.status.is_success()) else { return };
    let response = responses.iter().rfind(|response| response.headers.contains_key(paths::EXTENSIONS_HEADER));
    let extensions = Extensions::from(&response.unwrap_or(with_success).headers);
    let enabled: Vec<_> = [
        (extensions.cancel, "cancel", "txjobs cancel ends a run"),
        (extensions.after, "after", "a log that grows is read in parts"),
        (extensions.limit, "limit", "a part of the history can be read"),
        (extensions.logs, "logs", "the history can be read without log lines"),
        (extensions.executions, "executions", "a run without a trigger id can be followed"),
    ]
    .into_iter()
    .filter(|(is_announced, ..)| *is_announced)
    .collect();
    let text = if enabled.is_empty() {
        "The server announces no extensions, like the vendor's service. txjobs cancel is not available."
            .to_owned()
    } else {
        let list: Vec<_> = enabled.iter().map(|(_, name, effect)| format!("{name} ({effect})")).collect();
        format!("The server announces extensions: {}.", list.join(", "))
    };
    let names: Vec<_> = enabled.iter().map(|(_, name, _)| *name).collect();
    findings.add(Finding::pass(SUBJECT, "announced", text).detail("Extensions", json!(names)));
}
