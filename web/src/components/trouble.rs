//! Error notes, shown where the error occurred: the error, the server's message, and what to do.

use txjobs_sdk::{Error, ErrorKind};

use super::icon;
use crate::{
    browser,
    dom::{El, IntoView, View, button, el},
    domain,
    state::app,
};

/// Renders an error. `lead` is the context of the error; `actions` are buttons that help.
pub fn trouble_note(trouble: &Error, lead: &'static str, actions: impl IntoView) -> El {
    note(trouble, lead, actions.into_view())
}

/// Not generic, so that it is compiled once.
fn note(trouble: &Error, lead: &'static str, actions: View) -> El {
    let said = match (trouble.status, &trouble.message) {
        // The message is a part of the body that is not meant for people.
        (Some(_), None) if matches!(trouble.kind, ErrorKind::InvalidBody | ErrorKind::Interrupted) => None,
        (Some(status), Some(message)) => Some(format!("Response {status}: {message}")),
        (Some(status), None) => Some(format!("Response {status} without a message.")),
        (None, message) => message.clone(),
    };
    let wait = trouble.retry_after.map(|after| after.delay(browser::timestamp()).as_secs());
    let wait = wait.filter(|seconds| *seconds > 0).map(|seconds| format!(" Retry after {seconds} s."));
    let app = app();
    let is_local = trouble.kind == ErrorKind::BlockedByBrowser
        && browser::is_https()
        && app.session.with(|session| session.as_ref().is_some_and(|s| domain::is_this_machine(&s.base)));
    let words = el("div")
        .child((!lead.is_empty()).then(|| el("span").child(lead).child(" ")))
        .child(el("strong").child(trouble.summary()))
        .child(said.map(|said| el("div").class("said").child(el("bdi").child(said)).child(wait)))
        .child(el("div").child(trouble.advice()))
        .child(is_local.then(|| el("div").child(domain::LOCAL_NETWORK)));
    el("div")
        .class("trouble")
        .attr("role", "alert")
        .attr("data-trouble", trouble.kind.name())
        .child(icon("octagon"))
        .child(words)
        .child(el("div").class("actions").child(actions))
}

/// Renders a button that opens the connect screen if the key was rejected.
pub fn reconnect(kind: ErrorKind) -> Option<El> {
    let app = app();
    (kind == ErrorKind::KeyRefused)
        .then(|| button("button", move || app.disconnect()).child("Connect with another key"))
}
