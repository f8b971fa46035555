//! Starts a run in the engine. The request is sent once, whatever happens.

use futures::FutureExt;
use reqwest::Url;
use serde_json::Value;
use txjobs_sdk::Severity;

use super::client::{EngineResponse, SendError};
use super::pointer::scalar_text;
use super::resume_token::ResumeToken;
use super::session::Session;
use super::settings::{HttpJob, Link, PollUrl};
use super::template::parse_of_origin;
use crate::request_secrets::SecretValues;
use crate::runner::{Exit, Interrupt, RunContext};

/// The longest id and the longest link of an engine.
const MAX_ID_LENGTH: usize = 500;
const MAX_LINK_LENGTH: usize = 2000;
/// The longest URL of a run's state.
const MAX_POLL_URL_LENGTH: usize = 8 * 1024;
/// From this number on, a number that is not a whole one of 64 bits may have lost digits.
const MAX_EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// Starts the run, and stores its id and its address. Returns the response.
///
/// # Errors
///
/// Fails with the exit of the run if it cannot be followed.
pub(super) async fn start(session: &mut Session<'_>) -> Result<EngineResponse, Exit> {
    let (job, context) = (session.job, session.context);
    let settings = &job.start.request;
    let prepared = tokio::select! {
        biased;
        interrupt = context.interrupts.wait() => return Err(put_off(job, context, interrupt).await),
        prepared = session.prepare(settings) => prepared,
    };
    let request = prepared
        .map_err(|cause| session.failed(&format!("The run was not started in the engine: {cause}.")))?;
    let url = request.url.clone();
    let token = ResumeToken::new(session.started_at, &session.engine_address).to_text();
    let place = format!("a run that may have been started at {}", job.start.request.url.shown());
    if !context.resumption.store_token(&token, &place, None).await {
        return Err(Exit::Interrupted(Interrupt::Lost));
    }
    if let Some(interrupt) = context.interrupts.wait().now_or_never() {
        return Err(put_off(job, context, interrupt).await);
    }
    // A graceful stop and a cancellation wait for the response, without which nobody would know the run.
    let response = tokio::select! {
        biased;
        response = session.engine.send(request) => response,
        () = context.interrupts.killed() => return Err(Exit::Detached),
    };
    let response = match response {
        Ok(response) => response,
        Err(SendError::NotSent(cause)) => {
            return Err(session.failed(&format!("The run was not started in the engine: {cause}.")));
        }
        Err(SendError::Lost(cause)) => return Err(unknown(session, &cause)),
    };
    if !settings.accept.contains(&response.status.as_u16()) {
        let text = response.describe(&session.engine.mask);
        let is_refused = response.status.is_client_error() && !matches!(response.status.as_u16(), 408 | 425);
        return Err(match is_refused {
            true => session.failed(&format!("The engine refused to start the run: {text}.")),
            false => unknown(session, &format!("{text}{}", accept_hint(&response, "start", "started"))),
        });
    }
    read_response(session, &response, &url).await?;
    session.store().await?;
    let text = format!("The engine has started {}.", session.place());
    session.write(Severity::Information, &text).await;
    Ok(response)
}

/// Returns what to correct if a status of success is not accepted, as a sentence with a period before it, or nothing.
pub(super) fn accept_hint(response: &EngineResponse, table: &str, done: &str) -> String {
    if !response.status.is_success() {
        return String::new();
    }
    let code = response.status.as_u16();
    format!(". {code} is not in `accept` of `http.{table}`. Add it if the engine has {done} the run")
}

/// Returns the exit of a run that is interrupted before anything is sent. If the gateway stops, the next start starts the run.
pub(super) async fn put_off(job: &HttpJob, context: RunContext<'_>, interrupt: Interrupt) -> Exit {
    if interrupt != Interrupt::Shutdown {
        return Exit::Interrupted(interrupt);
    }
    let token = ResumeToken::waiting(context.clock.now(), job.engine()).to_text();
    match context.resumption.store_token(&token, "", None).await {
        true => Exit::Detached,
        false => Exit::Interrupted(Interrupt::Lost),
    }
}

/// Returns the exit of a run about which nobody knows whether it was started.
pub(super) fn unknown(session: &Session<'_>, cause: &str) -> Exit {
    let place = session.possible_place();
    session.failed(&format!(
        "It is unknown whether the run was started in the engine: {cause}. The request is not sent again. {place}."
    ))
}

/// Takes what is needed to follow the run from the response.
async fn read_response(session: &mut Session<'_>, response: &EngineResponse, url: &Url) -> Result<(), Exit> {
    let job = session.job;
    let document = response.json().await.unwrap_or_default();
    let not_followed = |session: &Session<'_>, cause: &str| {
        let place = session.possible_place();
        session.failed(&format!(
            "The engine has accepted the run, which cannot be followed: {cause}. The run may go on. {place}."
        ))
    };
    let mut run = session.run.clone();
    if let Some(pointer) = &job.start.run_id {
        let id = pointer
            .first(&document)
            .filter(|id| scalar_text(id).is_some_and(|id| is_id(&id) && !session.engine.mask.is_in(&id)));
        let Some(id) = id else {
            let cause = format!("its response has no id of the run at {:?}", pointer.to_string());
            return Err(not_followed(session, &cause));
        };
        if !is_exact(id) {
            let cause = format!(
                "the id of the run at {:?} is a number that this gateway cannot read exactly, about {id}. It reads whole numbers below \
                 2^64, and texts of any digits",
                pointer.to_string()
            );
            return Err(not_followed(session, &cause));
        }
        run.run_id = Some(id.clone());
    }
    let address = match &job.poll.url {
        PollUrl::Template(_) => Ok(None),
        PollUrl::Location => {
            response.location().map(Some).ok_or("its response has no header Location".to_owned())
        }
        PollUrl::Pointer(pointer) => {
            let address = pointer.first(&document).and_then(scalar_text).map(Some);
            address.ok_or_else(|| format!("its response has no URL at {:?}", pointer.to_string()))
        }
    };
    let address = address.map_err(|cause| not_followed(session, &cause))?;
    if let Some(address) = address {
        if address.len() > MAX_POLL_URL_LENGTH {
            let length = address.len();
            let cause =
                format!("the URL of its state has {length} bytes, and the longest has {MAX_POLL_URL_LENGTH}");
            return Err(not_followed(session, &cause));
        }
        // Also a relative one. One of another origin is refused before anything is sent.
        let address = url.join(&address).map_or(address, |url| url.to_string());
        let checked = parse_of_origin(&address, &job.origin);
        let checked = checked.map_err(|error| not_followed(session, &format!("{error:#}")))?;
        if session.engine.mask.is_in(checked.as_str()) {
            let cause = "the URL of its state contains a secret, which is not stored. Write `url` in `poll`";
            return Err(not_followed(session, cause));
        }
        run.poll_url = Some(checked.into());
    }
    session.set_run(run);
    session.run.link = link(session, &document);
    Ok(())
}

/// Returns whether a value has all digits that the engine wrote.
fn is_exact(id: &Value) -> bool {
    id.is_i64() || id.is_u64() || id.as_f64().is_none_or(|id| id.abs() < MAX_EXACT_FLOAT)
}

/// Returns whether a text can be the id of a run. As a part of a path, dots would lead to another resource.
fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_ID_LENGTH
        && !matches!(text, "." | "..")
        && !text.chars().any(char::is_control)
}

/// Returns the link to a page about the run, if a document or the configuration has it.
pub(super) fn link(session: &Session<'_>, document: &Value) -> Option<String> {
    let text = match session.job.link.as_ref()? {
        Link::Template(template) => template.render_encoded(&session.variables, &SecretValues::default()),
        Link::Pointer(pointer) => scalar_text(pointer.first(document)?)?,
    };
    let mut url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    // A password must not be in a link that everybody sees.
    url.set_username("").and_then(|()| url.set_password(None)).ok()?;
    let is_usable = url.as_str().len() <= MAX_LINK_LENGTH && !session.engine.mask.is_in(url.as_str());
    is_usable.then(|| url.to_string())
}
