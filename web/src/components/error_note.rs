//! Error notes, shown where the error occurred: the error, the server's message, and what to do.

use leptos::prelude::*;
use txjobs_sdk::{Error, ErrorKind};

use super::{icon::Icon, relay_note::RelayNote};
use crate::{
    model::domain,
    state::Connection,
    text::{t, tf},
    utils::{address, time},
};

/// Renders an error. `context` is a sentence before the error, `base` the base URL of the server if it is not that of the session;
/// the children are buttons that help.
#[component]
pub fn ErrorNote(
    error: Error,
    #[prop(optional)] context: &'static str,
    #[prop(optional_no_strip)] base: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let message = message(&error);
    let wait = error.retry_after.map(|after| after.delay(time::timestamp()).as_secs());
    let wait = wait
        .filter(|seconds| *seconds > 0)
        .map(|seconds| tf!(" Retry after {seconds} s.", seconds = seconds));
    let session = expect_context::<Connection>().session;
    let is_attempt = base.is_some();
    let base = base.or_else(|| session.with_untracked(|session| Some(session.as_ref()?.base.clone())));
    let blocked = base.filter(|_| error.kind == ErrorKind::BlockedByBrowser);
    // CORS does not apply to the server of the page.
    let other_origin = blocked.clone().filter(|base| !address::is_own_origin(base));
    let is_local = address::is_https() && blocked.as_deref().is_some_and(domain::is_this_machine);
    let hint = hint(&error);
    view! {
        <div class="error-note" role="alert" data-error=error.kind.name()>
            <Icon name="octagon" />
            <div>
                {(!context.is_empty()).then(|| view! { <span>{context} " "</span> })}
                <strong>{error.summary()}</strong>
                {message.map(|text| view! { <div class="server-message"><bdi>{text}</bdi>{wait}</div> })}
                <div>{error.advice()}</div>
                {hint.map(|hint| view! { <div>{hint}</div> })}
                {other_origin.map(|base| view! { <RelayNote base is_attempt /> })}
                {is_local.then(|| view! { <div>{domain::local_network_hint()}</div> })}
            </div>
            <div class="actions">{children.map(|children| children())}</div>
        </div>
    }
}

/// Returns what else to do if the network or the browser is the cause.
fn hint(error: &Error) -> Option<&'static str> {
    match (error.kind, error.status) {
        (ErrorKind::BlockedByBrowser, _) => {
            Some(t("Without this permission, use the txjobs command line: CORS applies only to browsers."))
        }
        // A redirect, or a web page instead of data.
        (ErrorKind::NotThisApi, None | Some(200..300 | 511)) => Some(t(
            "If this network has a sign-in page or a proxy, it may have answered instead of the server. Open a website \
             in another tab, sign in there, and try again.",
        )),
        _ => None,
    }
}

/// Returns what the server said.
fn message(error: &Error) -> Option<String> {
    match (error.status, &error.message) {
        // The message is a part of the body that is not meant for people.
        (Some(_), None) if matches!(error.kind, ErrorKind::InvalidBody | ErrorKind::Interrupted) => None,
        (Some(status), Some(message)) => {
            Some(tf!("Response {status}: {message}", status = status, message = message))
        }
        (Some(status), None) => Some(tf!("Response {status} without a message.", status = status)),
        (None, message) => message.clone(),
    }
}

/// Renders a button that opens the connect screen if the key was rejected.
#[component]
pub fn ReconnectButton(kind: ErrorKind) -> impl IntoView {
    let connection = expect_context::<Connection>();
    (kind == ErrorKind::KeyRefused).then(|| {
        view! {
            <button type="button" class="button" on:click=move |_| connection.disconnect()>
                {t("Connect with another key")}
            </button>
        }
    })
}
