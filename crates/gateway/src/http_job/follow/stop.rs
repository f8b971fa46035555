//! Ends a run before its engine has ended it.

use std::time::Duration;

use txjobs_sdk::Severity;

use super::end::{end, read_log_of_given_up};
use super::poll_loop::{Polls, note_state, poll_to_end};
use crate::http_job::cancel::send_cancel;
use crate::http_job::poll::{Report, poll};
use crate::http_job::session::Session;
use crate::runner::{Exit, Interrupt};

/// The longest time of the last poll before a run is given up.
const LAST_POLL_TIME: Duration = Duration::from_secs(30);

/// Why a run is ended before its engine has ended it.
#[derive(Clone, Copy)]
pub(super) enum Stop {
    Interrupted(Interrupt),
    TimedOut,
}

/// Ends the run before its engine has reported its end, unless it has ended since the last poll.
pub(super) async fn stop_run(session: &mut Session<'_>, stop: Stop) -> Result<Exit, Exit> {
    if let Some(exit) = end_if_reported(session).await? {
        return Ok(exit);
    }
    if let Stop::TimedOut = stop
        && let Some(exit) = last_poll(session, false).await?
    {
        return Ok(exit);
    }
    match cancel(session).await? {
        Some(Exit::Failed(reason)) => session.write(Severity::Information, &reason).await,
        // The node may have lost the run.
        Some(Exit::Detached) => return Ok(Exit::Detached),
        _ => {}
    }
    Ok(match stop {
        Stop::Interrupted(interrupt) => Exit::Interrupted(interrupt),
        Stop::TimedOut => {
            let timeout = humantime::format_duration(session.job.timeout);
            session.failed(&format!("The run took longer than its timeout of {timeout} and was ended."))
        }
    })
}

/// Cancels the run in the engine, and waits until it has ended, but not for long. Returns the exit of a run that has ended.
async fn cancel(session: &mut Session<'_>) -> Result<Option<Exit>, Exit> {
    let is_sent = send_cancel(session).await?;
    let Some(settings) = session.job.cancel.as_ref().filter(|_| is_sent) else {
        // Without a log, nothing is missing that a poll could add.
        return match session.job.log {
            Some(_) => last_poll(session, true).await,
            None => Ok(None),
        };
    };
    if let Ok(exit) = tokio::time::timeout(settings.wait, poll_to_end(session, Duration::ZERO)).await {
        return Ok(Some(exit));
    }
    if let Some(exit) = end_if_reported(session).await? {
        return Ok(Some(exit));
    }
    let exit = last_poll(session, true).await?;
    if exit.is_none() {
        let wait = humantime::format_duration(settings.wait);
        let text = format!(
            "The engine has not ended {} within {wait} after its cancellation. It may go on there.",
            session.place()
        );
        session.write(Severity::Warning, &text).await;
    }
    Ok(exit)
}

/// Returns the exit of a run whose end was reported by a poll that was cut off while the rest of the log was read. Call this after each
/// such poll.
async fn end_if_reported(session: &mut Session<'_>) -> Result<Option<Exit>, Exit> {
    session.store_unwritten_lines(session.context.log.next_seq()).await?;
    let Some(report) = session.ended.clone() else { return Ok(None) };
    let Some(state) = report.ended else { return Ok(None) };
    end(session, report, state, true).await.map(Some)
}

/// Polls once more when no time is left: the interval or the engine may have put off a poll. Returns the exit of a run that has ended.
/// `is_given_up`: nothing is read after this, so that it reads the rest of the log also if the run goes on.
async fn last_poll(session: &mut Session<'_>, is_given_up: bool) -> Result<Option<Exit>, Exit> {
    let Ok(polled) = tokio::time::timeout(LAST_POLL_TIME, poll(session)).await else { return Ok(None) };
    // Other reports have been written, or no longer matter.
    let Report::State(report) = polled.report else { return Ok(None) };
    note_state(session, &mut Polls::without_warnings(), &report).await?;
    if let Some(state) = report.ended {
        return end(session, report, state, true).await.map(Some);
    }
    if is_given_up {
        read_log_of_given_up(session, &report.document).await?;
    }
    Ok(None)
}
