//! What went wrong, in the place where it happened: what, what the server said, what to do.

use super::press;
use leptos::prelude::*;
use txjobs_sdk::{Trouble, TroubleKind};

use super::icon;
use crate::{browser, domain, state::app};

/// A trouble in words. `lead` says what was being done; the children are what can be done here.
#[component]
pub fn TroubleNote(
    trouble: Trouble,
    #[prop(optional, into)] lead: Option<String>,
    /// What to do instead of the usual: after a POST whose outcome is unclear, "try again" would be wrong.
    #[prop(optional)]
    instead: Option<&'static str>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let said = match (trouble.status, &trouble.message) {
        (Some(status), Some(message)) => Some(format!("The server said {status}: {message}")),
        (Some(status), None) => Some(format!("The server said {status} and nothing else.")),
        (None, message) => message.clone(),
    };
    let wait = trouble.retry_after.map(|after| after.delay(browser::timestamp()).as_secs());
    let wait = wait.filter(|seconds| *seconds > 0).map(|seconds| format!(" It asks to wait {seconds} s."));
    let app = app();
    let calls_this_machine = move || {
        browser::is_https()
            && app.session.with(|session| session.as_ref().is_some_and(|s| domain::is_this_machine(&s.base)))
    };
    let local =
        (trouble.kind == TroubleKind::Blocked && calls_this_machine()).then_some(domain::LOCAL_NETWORK);
    view! {
        <div class="trouble" role="alert" data-trouble=format!("{:?}", trouble.kind)>
            {icon("octagon")}
            <div>
                {lead.map(|lead| view! { <span>{lead} " "</span> })}
                <strong>{trouble.summary()}</strong>
                {said.map(|said| view! { <div class="said"><bdi>{said}</bdi>{wait}</div> })}
                <div>{instead.unwrap_or(trouble.advice())}</div>
                {local.map(|words| view! { <div>{words}</div> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// The way back to the connect screen, where the key was refused.
pub fn reconnect(kind: TroubleKind) -> impl IntoView {
    let app = app();
    (kind == TroubleKind::KeyRefused).then(|| {
        view! {
            <button type="button" class="button" on:click=press(move || app.disconnect())>
                "Connect with another key"
            </button>
        }
    })
}
