//! What went wrong, in the place where it happened: what, what the server said, what to do.

use txjobs_sdk::{Error, ErrorKind};

use super::icon;
use crate::{
    browser,
    dom::{El, IntoView, View, button, el},
    domain,
    state::app,
};

/// A trouble in words. `lead` says what was being done; `actions` are what can be done here.
pub fn trouble_note(trouble: &Error, lead: &'static str, actions: impl IntoView) -> El {
    note(trouble, lead, actions.into_view())
}

/// Compiled once, whatever the actions are.
fn note(trouble: &Error, lead: &'static str, actions: View) -> El {
    let said = match (trouble.status, &trouble.message) {
        // Its text is not meant for people.
        (Some(_), None) if matches!(trouble.kind, ErrorKind::InvalidBody | ErrorKind::Interrupted) => None,
        (Some(status), Some(message)) => Some(format!("The server said {status}: {message}")),
        (Some(status), None) => Some(format!("The server said {status} and nothing else.")),
        (None, message) => message.clone(),
    };
    let wait = trouble.retry_after.map(|after| after.delay(browser::timestamp()).as_secs());
    let wait = wait.filter(|seconds| *seconds > 0).map(|seconds| format!(" It asks to wait {seconds} s."));
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

/// The way back to the connect screen, where the key was refused.
pub fn reconnect(kind: ErrorKind) -> Option<El> {
    let app = app();
    (kind == ErrorKind::KeyRefused)
        .then(|| button("button", move || app.disconnect()).child("Connect with another key"))
}
