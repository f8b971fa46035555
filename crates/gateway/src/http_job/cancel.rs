//! Sends the request that cancels a run.

use std::time::Duration;

use axum::http::StatusCode;
use tokio::time::Instant;
use txjobs_sdk::Severity;

use super::client::{EngineResponse, SendError};
use super::session::Session;
use super::settings::CancelSettings;
use super::start::accept_hint;
use crate::runner::Exit;

/// The pauses between attempts, while the request cannot be sent.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// Sends the request that cancels the run, unless it was sent before. While nothing was sent, or the engine says that it gets too many
/// requests, it is repeated. Returns whether the engine may obey it.
///
/// # Errors
///
/// Fails with the exit of the run if it no longer belongs to this node.
pub(super) async fn send_cancel(session: &mut Session<'_>) -> Result<bool, Exit> {
    let Some(settings) = &session.job.cancel else {
        let text = format!("The job has no `cancel` request, so {} goes on in the engine.", session.place());
        session.write(Severity::Warning, &text).await;
        return Ok(false);
    };
    if session.run.is_cancel_sent {
        return Ok(true);
    }
    let (begin, mut pause) = (Instant::now(), FIRST_PAUSE);
    let (mut is_renewed, mut is_reported) = (false, false);
    loop {
        let (problem, cause, delay) = match send_once(session, settings).await? {
            // The access token had expired.
            Ok(response)
                if response.status == StatusCode::UNAUTHORIZED
                    && session.job.oauth2.is_some()
                    && !std::mem::replace(&mut is_renewed, true) =>
            {
                session.note_cancel(false).await?;
                continue;
            }
            Ok(response) if response.status == StatusCode::TOO_MANY_REQUESTS => {
                session.note_cancel(false).await?;
                let delay = response.retry_after().unwrap_or_default();
                ("accepted", response.describe(&session.engine.mask), delay)
            }
            Err(SendError::NotSent(cause)) => ("sent", cause, Duration::ZERO),
            sent => {
                report(session, settings, sent).await;
                return Ok(true);
            }
        };
        let left = settings.wait.saturating_sub(begin.elapsed());
        if left.is_zero() {
            let wait = humantime::format_duration(settings.wait);
            let text = format!(
                "The request to cancel {} was not {problem} within {wait}: {cause}. The run goes on in the engine.",
                session.place()
            );
            session.write(Severity::Warning, &text).await;
            return Ok(false);
        }
        if !std::mem::replace(&mut is_reported, true) {
            let text = format!(
                "The request to cancel {} cannot be {problem} now: {cause}. It is repeated.",
                session.place()
            );
            session.write(Severity::Information, &text).await;
        }
        tokio::time::sleep(pause.max(delay).min(left)).await;
        pause = (pause * 2).min(MAX_PAUSE);
    }
}

/// Sends the request once. Before that, the session notes that it may have been sent, and removes the note if it was not.
async fn send_once(
    session: &mut Session<'_>,
    settings: &CancelSettings,
) -> Result<Result<EngineResponse, SendError>, Exit> {
    let prepared = match session.prepare(&settings.request).await {
        Ok(prepared) => prepared,
        Err(cause) => return Ok(Err(SendError::NotSent(cause))),
    };
    session.note_cancel(true).await?;
    let sent = session.engine.send(prepared).await;
    if let Err(SendError::NotSent(_)) = sent {
        session.note_cancel(false).await?;
    }
    Ok(sent)
}

async fn report(session: &Session<'_>, settings: &CancelSettings, sent: Result<EngineResponse, SendError>) {
    let place = session.place();
    let (severity, text) = match sent {
        Ok(response) if settings.request.accept.contains(&response.status.as_u16()) => {
            (Severity::Information, format!("The engine has accepted to cancel {place}."))
        }
        Ok(response) => {
            let cause = response.describe(&session.engine.mask);
            let hint = accept_hint(&response, "cancel", "canceled");
            (Severity::Warning, format!("The engine did not accept to cancel {place}: {cause}{hint}."))
        }
        Err(error) => {
            (Severity::Warning, format!("It is unknown whether {place} was canceled: {}.", error.cause()))
        }
    };
    session.write(severity, &text).await;
}
