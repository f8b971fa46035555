//! The loop of polls, and what each poll changes.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use txjobs_sdk::Severity;

use super::end::end;
use super::state_hint::missing_state;
use crate::http_job::engine_log::copy_log;
use crate::http_job::poll::{Poll, Report, poll};
use crate::http_job::session::Session;
use crate::http_job::start::link;
use crate::http_job::state_report::StateReport;
use crate::runner::Exit;

/// The first pause between two polls, which doubles up to that of the configuration. So a short run is noticed soon.
const FIRST_INTERVAL: Duration = Duration::from_secs(1);
/// How many refused polls in a row end a run. The secrets are read again before each.
const MAX_REFUSED: u32 = 4;
/// How many lines about an engine that reports nothing, or about unknown states, the log of a run has at most.
const MAX_WARNINGS: u32 = 20;

/// Polls until the run has ended, and returns its exit. Can be dropped and called again: everything that must not happen twice is noted
/// in the session before it happens.
pub(super) async fn poll_to_end(session: &mut Session<'_>, delay: Duration) -> Exit {
    match try_poll_to_end(session, delay).await {
        Ok(exit) | Err(exit) => exit,
    }
}

/// What the polls so far have shown.
#[derive(Default)]
pub(super) struct Polls {
    refused: u32,
    is_unavailable: bool,
    has_log_problem: bool,
    warnings: u32,
}

async fn try_poll_to_end(session: &mut Session<'_>, delay: Duration) -> Result<Exit, Exit> {
    let mut polls = Polls::default();
    let max_interval = session.job.poll.interval;
    let mut interval = FIRST_INTERVAL.min(max_interval);
    tokio::time::sleep(delay).await;
    loop {
        let retry_after = match poll_once(session, &mut polls).await? {
            ControlFlow::Break(exit) => return Ok(exit),
            ControlFlow::Continue(retry_after) => retry_after,
        };
        // Not by the gateway's clock, which may stand still.
        tokio::time::sleep(interval.max(retry_after.unwrap_or_default())).await;
        interval = (interval * 2).min(max_interval);
    }
}

/// Polls once. Returns the exit of a run that has ended, and otherwise how long the engine asks to wait.
async fn poll_once(
    session: &mut Session<'_>,
    polls: &mut Polls,
) -> Result<ControlFlow<Exit, Option<Duration>>, Exit> {
    let Poll { report, retry_after } = poll(session).await;
    match report {
        Report::NotYet => polls.note_available(session).await,
        Report::State(report) => {
            polls.note_available(session).await;
            note_state(session, polls, &report).await?;
            if let Some(state) = report.ended {
                session.ended = Some(Arc::clone(&report));
                return end(session, report, state, false).await.map(ControlFlow::Break);
            }
            if let Err(cause) = copy_log(session, &report.document, false).await?
                && !std::mem::replace(&mut polls.has_log_problem, true)
            {
                let text = format!("The engine's log cannot be read now: {cause}.");
                session.write(Severity::Warning, &text).await;
            }
        }
        Report::Unavailable(cause) => {
            if !std::mem::replace(&mut polls.is_unavailable, true) {
                let text =
                    format!("The state of the run cannot be read now: {cause}. It is requested again.");
                polls.warn(session, &text).await;
            }
        }
        Report::Refused(cause) => {
            polls.refused += 1;
            if polls.refused >= MAX_REFUSED {
                return Ok(ControlFlow::Break(session.failed(&format!(
                    "The state of the run cannot be read: {cause}. {} may go on in the engine.",
                    capitalized(&session.place())
                ))));
            }
        }
    }
    Ok(ControlFlow::Continue(retry_after))
}

impl Polls {
    /// Returns the polls of which only a state is worth a line.
    pub fn without_warnings() -> Self {
        Self { warnings: MAX_WARNINGS, ..Self::default() }
    }

    async fn note_available(&mut self, session: &Session<'_>) {
        self.refused = 0;
        if std::mem::take(&mut self.is_unavailable) && self.warnings < MAX_WARNINGS {
            session.write(Severity::Information, "The state of the run can be read again.").await;
        }
    }

    async fn warn(&mut self, session: &Session<'_>, text: &str) {
        self.warnings += 1;
        if self.warnings <= MAX_WARNINGS {
            session.write(Severity::Warning, text).await;
        }
    }
}

/// Writes a line about a state that is new, and stores what the response adds.
///
/// # Errors
///
/// Fails with the exit of the run if it no longer belongs to this node.
pub(super) async fn note_state(
    session: &mut Session<'_>,
    polls: &mut Polls,
    report: &StateReport,
) -> Result<(), Exit> {
    if session.run.link.is_none()
        && let Some(link) = link(session, &report.document)
    {
        let text = format!("The engine shows the run at {link}.");
        session.run.link = Some(link);
        session.store().await?;
        session.write(Severity::Information, &text).await;
    }
    let state = report.text.as_ref().map(|state| session.engine.mask.mask(state)).unwrap_or_default();
    if session.run.state.as_ref() == Some(&state) {
        return Ok(());
    }
    session.run.state = Some(state.clone());
    session.store().await?;
    match report.text {
        None => {
            polls.warn(session, &missing_state(session, &report.document)).await;
        }
        Some(_) if !report.is_known => {
            let text = format!(
                "The engine reports the unknown state {state:?}, which is taken as running. Add it to a list in `http.poll`."
            );
            polls.warn(session, &text).await;
        }
        Some(_) if report.ended.is_none() => {
            session.write(Severity::Information, &format!("The engine reports the state {state:?}.")).await;
        }
        Some(_) => {}
    }
    Ok(())
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
