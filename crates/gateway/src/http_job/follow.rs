//! Polls a run to its end, and cancels it.

use std::ops::ControlFlow;
use std::time::Duration;

use txjobs_sdk::{ExecutionState, Severity};

use super::cancel::send_cancel;
use super::engine_log::copy_log;
use super::poll::{Poll, Report, StateReport, poll, reason};
use super::session::Session;
use super::start::link;
use super::state_hint::missing_state;
use crate::runner::{Exit, Interrupt};

/// The first pause between two polls, which doubles up to that of the configuration. So a short run is noticed soon.
const FIRST_INTERVAL: Duration = Duration::from_secs(1);
/// How many refused polls in a row end a run. The secrets are read again before each.
const MAX_REFUSED: u32 = 4;
/// How many lines about an engine that reports nothing, or about unknown states, the log of a run has at most.
const MAX_WARNINGS: u32 = 20;
/// How often the engine's log is requested after the end of the run.
const MAX_LAST_READS: u32 = 3;
/// The least time for a run that is continued. It may have ended in time while nobody polled it.
const MIN_TIME: Duration = Duration::from_secs(30);

/// The longest time of the last poll before a run is given up.
const LAST_POLL_TIME: Duration = Duration::from_secs(30);

/// Why a run is ended before its engine has ended it.
#[derive(Clone, Copy)]
enum Stop {
    Interrupted(Interrupt),
    TimedOut,
}

/// Follows the run to its end, and cancels it if it is interrupted. `delay` is how long the engine asks to wait before the first poll.
pub(super) async fn follow(session: &mut Session<'_>, delay: Duration) -> Exit {
    let context = session.context;
    let passed = Duration::from_micros(
        u64::try_from(context.clock.now().saturating_sub(session.started_at)).unwrap_or_default(),
    );
    let remaining = session.job.timeout.saturating_sub(passed).max(MIN_TIME.min(session.job.timeout));
    let stop = tokio::select! {
        biased;
        interrupt = context.interrupts.wait() => Stop::Interrupted(interrupt),
        exit = poll_to_end(session, delay) => return exit,
        () = context.clock.sleep(remaining) => Stop::TimedOut,
    };
    if let Stop::Interrupted(Interrupt::Shutdown | Interrupt::Lost) = stop {
        return Exit::Detached;
    }
    if let Err(exit) = session.store_unwritten_lines(context.log.next_seq()).await {
        return exit;
    }
    tokio::select! {
        biased;
        _ = context.interrupts.left() => Exit::Detached,
        exit = stop_run(session, stop) => exit,
    }
}

/// Ends the run before its engine has reported its end, unless it has ended since the last poll.
async fn stop_run(session: &mut Session<'_>, stop: Stop) -> Exit {
    if let Stop::TimedOut = stop
        && let Some(exit) = last_poll(session).await
    {
        return exit;
    }
    cancel(session, stop).await
}

/// Cancels the run in the engine, and waits until it has ended, but not for long.
async fn cancel(session: &mut Session<'_>, stop: Stop) -> Exit {
    let is_sent = match send_cancel(session).await {
        Ok(is_sent) => is_sent,
        Err(exit) => return exit,
    };
    if let Some(settings) = session.job.cancel.as_ref().filter(|_| is_sent) {
        let exit = match tokio::time::timeout(settings.wait, poll_to_end(session, Duration::ZERO)).await {
            Ok(exit) => Some(exit),
            Err(_) => last_poll(session).await,
        };
        match exit {
            // The node may have lost the run.
            Some(Exit::Detached) => return Exit::Detached,
            Some(Exit::Failed(reason)) => session.write(Severity::Information, &reason).await,
            Some(_) => {}
            None => {
                let wait = humantime::format_duration(settings.wait);
                let text = format!(
                    "The engine has not ended {} within {wait} after its cancellation. It may go on there.",
                    session.place()
                );
                session.write(Severity::Warning, &text).await;
            }
        }
    }
    match stop {
        Stop::Interrupted(interrupt) => Exit::Interrupted(interrupt),
        Stop::TimedOut => {
            let timeout = humantime::format_duration(session.job.timeout);
            session.failed(&format!("The run took longer than its timeout of {timeout} and was ended."))
        }
    }
}

async fn poll_to_end(session: &mut Session<'_>, delay: Duration) -> Exit {
    match try_poll_to_end(session, delay).await {
        Ok(exit) | Err(exit) => exit,
    }
}

/// What the polls so far have shown.
#[derive(Default)]
struct Polls {
    refused: u32,
    is_unavailable: bool,
    has_log_problem: bool,
    warnings: u32,
    /// Whether there is no time for the log of a run that has not ended.
    is_last: bool,
}

/// Polls until the run has ended. Can be dropped and called again: everything that must not happen twice is noted in the session
/// before it happens.
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

/// Polls once more when no time is left: the interval or the engine may have put off a poll. Returns the exit of a run that has ended.
async fn last_poll(session: &mut Session<'_>) -> Option<Exit> {
    // Its problems have been reported, or no longer matter.
    let mut polls = Polls { warnings: MAX_WARNINGS, is_last: true, ..Polls::default() };
    match tokio::time::timeout(LAST_POLL_TIME, poll_once(session, &mut polls)).await {
        Ok(Ok(ControlFlow::Break(exit)) | Err(exit)) => Some(exit),
        Ok(Ok(ControlFlow::Continue(_))) | Err(_) => None,
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
                return end(session, &report, state).await.map(ControlFlow::Break);
            }
            if !polls.is_last
                && let Err(cause) = copy_log(session, &report.document, false).await?
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
async fn note_state(session: &mut Session<'_>, polls: &mut Polls, report: &StateReport) -> Result<(), Exit> {
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

/// Copies the rest of the engine's log, and returns how the run ended.
async fn end(session: &mut Session<'_>, report: &StateReport, state: ExecutionState) -> Result<Exit, Exit> {
    for attempt in 1..=MAX_LAST_READS {
        let Err(cause) = copy_log(session, &report.document, true).await? else { break };
        if attempt == MAX_LAST_READS {
            let text = format!("The end of the engine's log cannot be read: {cause}.");
            session.write(Severity::Warning, &text).await;
        } else {
            tokio::time::sleep(FIRST_INTERVAL * attempt).await;
        }
    }
    let text = report.text.clone().unwrap_or_default();
    let reason = reason(session, &report.document);
    let text = format!("The engine has ended {} as {text:?}{reason}", session.place());
    let text = if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") };
    let worst = session.run.worst;
    let (severity, exit) = match state {
        ExecutionState::Failed => return Ok(session.failed(&text)),
        // As with a command, a line can make a completed run worse.
        ExecutionState::Completed if worst >= Severity::Error.number() => {
            (Severity::Information, ExecutionState::CompletedWithErrors)
        }
        ExecutionState::Completed if worst >= Severity::Warning.number() => {
            (Severity::Information, ExecutionState::CompletedWithWarnings)
        }
        ExecutionState::CompletedWithErrors => (Severity::Error, state),
        ExecutionState::CompletedWithWarnings if worst >= Severity::Error.number() => {
            (Severity::Warning, ExecutionState::CompletedWithErrors)
        }
        ExecutionState::CompletedWithWarnings => (Severity::Warning, state),
        state => (Severity::Information, state),
    };
    session.write(severity, &text).await;
    Ok(Exit::State(exit))
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
