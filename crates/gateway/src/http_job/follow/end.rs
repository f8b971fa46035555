//! Ends a run whose engine has reported its end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use txjobs_sdk::{ExecutionState, Severity};

use crate::http_job::engine_log::copy_log;
use crate::http_job::poll::reason;
use crate::http_job::session::Session;
use crate::http_job::state_report::StateReport;
use crate::runner::Exit;

/// How often the engine's log is requested after the end of the run, and the first pause in between.
const MAX_LAST_READS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest time of the last reading of the log when no time is left: of a run that has ended, and of one that goes on. The log of the
/// latter is never complete.
const MAX_ENDED_READ_TIME: Duration = Duration::from_secs(10);
const MAX_GIVEN_UP_READ_TIME: Duration = Duration::from_secs(3);

/// Copies the rest of the engine's log, and returns how the run ended. `is_late`: no time is left, so that this must not take long.
pub(super) async fn end(
    session: &mut Session<'_>,
    report: Arc<StateReport>,
    state: ExecutionState,
    is_late: bool,
) -> Result<Exit, Exit> {
    match is_late {
        true => read_rest_within(session, &report.document, MAX_ENDED_READ_TIME).await?,
        false => read_rest(session, &report.document).await?,
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

/// Copies the lines of the log of a run that is given up, also the last one without a line end.
///
/// # Errors
///
/// Fails with the exit of the run if it no longer belongs to this node.
pub(super) async fn read_log_of_given_up(session: &mut Session<'_>, poll: &Value) -> Result<(), Exit> {
    read_rest_within(session, poll, MAX_GIVEN_UP_READ_TIME).await
}

async fn read_rest_within(session: &mut Session<'_>, poll: &Value, time: Duration) -> Result<(), Exit> {
    if let Ok(read) = tokio::time::timeout(time, read_rest(session, poll)).await {
        return read;
    }
    session.store_unwritten_lines(session.context.log.next_seq()).await?;
    let time = humantime::format_duration(time);
    write_problem(session, &format!("it takes more than {time}")).await;
    Ok(())
}

/// Copies the rest of the engine's log, with some attempts.
async fn read_rest(session: &mut Session<'_>, poll: &Value) -> Result<(), Exit> {
    for attempt in 1..=MAX_LAST_READS {
        let Err(cause) = copy_log(session, poll, true).await? else { break };
        if attempt == MAX_LAST_READS {
            write_problem(session, &cause).await;
        } else {
            tokio::time::sleep(FIRST_PAUSE * attempt).await;
        }
    }
    Ok(())
}

async fn write_problem(session: &Session<'_>, cause: &str) {
    let text = format!("The end of the engine's log cannot be read: {cause}.");
    session.write(Severity::Warning, &text).await;
}
