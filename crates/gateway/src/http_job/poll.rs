//! One poll of a run: the request, and what its response means.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::client::EngineResponse;
use super::pointer::{Pointer, scalar_text};
use super::session::Session;
use super::settings::{EngineState, PollSettings, PollUrl};
use super::state_report::StateReport;
use super::template::UrlTemplate;

/// The longest text of an engine about a state.
const MAX_REASON_CHARS: usize = 2000;
/// The longest state that is written and stored.
const MAX_STATE_CHARS: usize = 200;

/// What a poll says about the run.
#[derive(Debug)]
pub(super) struct Poll {
    pub report: Report,
    /// How long the engine asks to wait.
    pub retry_after: Option<Duration>,
}

/// What the engine reports about the run.
#[derive(Debug)]
pub(super) enum Report {
    /// It does not know the run yet.
    NotYet,
    /// The run is in a state, in a document.
    State(Arc<StateReport>),
    /// It reports nothing now for this reason, and may do so later.
    Unavailable(String),
    /// It refuses to report anything for this reason.
    Refused(String),
}

/// Sends a poll.
pub(super) async fn poll(session: &mut Session<'_>) -> Poll {
    let settings = &session.job.poll;
    let url = match &settings.url {
        PollUrl::Template(url) => url.clone(),
        PollUrl::Location | PollUrl::Pointer(_) => UrlTemplate::of_poll_url(),
    };
    match session.get(&url).await {
        Ok(response) => {
            let is_busy =
                matches!(response.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
            let retry_after = response.retry_after().filter(|_| settings.honor_retry_after || is_busy);
            Poll { report: read(session, settings, &response).await, retry_after }
        }
        Err(error) => {
            Poll { report: Report::Unavailable(session.engine.mask.mask(error.cause())), retry_after: None }
        }
    }
}

async fn read(session: &Session<'_>, settings: &PollSettings, response: &EngineResponse) -> Report {
    if settings.not_yet.contains(&response.status.as_u16()) {
        return Report::NotYet;
    }
    if response.is_transient() {
        return Report::Unavailable(response.describe(&session.engine.mask));
    }
    if !response.status.is_success() {
        return Report::Refused(response.describe(&session.engine.mask));
    }
    let Some(document) = response.json().await else {
        return Report::Unavailable(format!("the engine responded with {} and no JSON", response.status));
    };
    let is_empty = document.as_array().is_some_and(Vec::is_empty) || document.is_null();
    if is_empty {
        return Report::NotYet;
    }
    let texts = settings.state.iter().filter_map(|place| scalar_text(place.first(&document)?));
    let texts: Vec<_> = texts.collect();
    // An engine may invent a code, and still report a state that is known at another place.
    let known = texts.iter().find_map(|text| Some((text.clone(), *settings.states.get(text)?)));
    let (text, state) = match known {
        Some((text, state)) => (Some(text), Some(state)),
        None => (texts.into_iter().next(), None),
    };
    let ended = match state {
        Some(EngineState::Ended(state)) => Some(state),
        _ => None,
    };
    let text = text.map(|text| match text.char_indices().nth(MAX_STATE_CHARS) {
        // Masked first, so that no part of a secret remains.
        Some(_) => session.engine.mask.mask(&text).chars().take(MAX_STATE_CHARS).chain(['…']).collect(),
        None => text,
    });
    Report::State(Arc::new(StateReport { document, text, ended, is_known: state.is_some() }))
}

/// Returns the engine's explanation of a state, with a colon before it and without secrets, or nothing.
pub(super) fn reason(session: &Session<'_>, document: &Value) -> String {
    let places = &session.job.poll.reason;
    let text_at = |place: &Pointer| {
        let texts = place.all(document).into_iter().filter_map(scalar_text);
        let texts: Vec<_> =
            texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
        texts.join(" ")
    };
    let text = places.iter().map(text_at).find(|text| !text.is_empty()).unwrap_or_default();
    let text = session.engine.mask.mask(&text);
    match text.char_indices().nth(MAX_REASON_CHARS) {
        _ if text.is_empty() => String::new(),
        Some((end, _)) => format!(": {}…", &text[..end]),
        None => format!(": {text}"),
    }
}
