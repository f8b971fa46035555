//! Error notes, shown where the error occurred: the error, the server's message, and what to do.

use txjobs_sdk::{Error, ErrorKind};

use super::icon::icon;
use crate::{
    dom::{El, IntoView, View, button, el},
    model::domain,
    state::app,
    utils::browser,
};

/// Renders an error. `context` is a sentence before the error; `actions` are buttons that help.
pub fn error_note(error: &Error, context: &'static str, actions: impl IntoView) -> El {
    error_note_boxed(error, context, actions.into_view())
}

/// Not generic, so that it is compiled once.
fn error_note_boxed(error: &Error, context: &'static str, actions: View) -> El {
    let message = match (error.status, &error.message) {
        // The message is a part of the body that is not meant for people.
        (Some(_), None) if matches!(error.kind, ErrorKind::InvalidBody | ErrorKind::Interrupted) => None,
        (Some(status), Some(message)) => Some(format!("Response {status}: {message}")),
        (Some(status), None) => Some(format!("Response {status} without a message.")),
        (None, message) => message.clone(),
    };
    let wait = error.retry_after.map(|after| after.delay(browser::timestamp()).as_secs());
    let wait = wait.filter(|seconds| *seconds > 0).map(|seconds| format!(" Retry after {seconds} s."));
    let app = app();
    let is_local = error.kind == ErrorKind::BlockedByBrowser
        && browser::is_https()
        && app.session.with(|session| session.as_ref().is_some_and(|s| domain::is_this_machine(&s.base)));
    let text = el("div")
        .child((!context.is_empty()).then(|| el("span").child(context).child(" ")))
        .child(el("strong").child(error.summary()))
        .child(message.map(|text| el("div").class("server-message").child(el("bdi").child(text)).child(wait)))
        .child(el("div").child(error.advice()))
        .child(is_local.then(|| el("div").child(domain::LOCAL_NETWORK_HINT)));
    el("div")
        .class("error-note")
        .attr("role", "alert")
        .attr("data-error", error.kind.name())
        .child(icon("octagon"))
        .child(text)
        .child(el("div").class("actions").child(actions))
}

/// Renders a button that opens the connect screen if the key was rejected.
pub fn reconnect_button(kind: ErrorKind) -> Option<El> {
    let app = app();
    (kind == ErrorKind::KeyRefused)
        .then(|| button("button", move || app.disconnect()).child("Connect with another key"))
}
