//! Copies the lines of an engine's log, each once.

use serde_json::Value;
use txjobs_sdk::Severity;

use super::background::in_background;
use super::client::SendError;
use super::log_reader::{Changes, LogReader, TextList, texts_at};
use super::pointer::Pointer;
use super::resume_token::WrittenLines;
use super::session::Session;
use super::settings::LogSource;
use super::template::UrlTemplate;
use crate::runner::Exit;

/// The longest line. The rest is left out, as with commands.
const MAX_LINE_BYTES: usize = 1_000_000;
/// How many bytes and lines are searched for secrets and patterns before other tasks get their turn.
const BYTES_BETWEEN_YIELDS: usize = 64 * 1024;
const BYTES_PER_LINE: usize = 256;

const SHORTENED: &str = "The engine's log no longer has its earlier lines. The gateway continues after the last line that it has copied.";
const REPLACED: &str = "The engine's log no longer has the lines that the gateway copied last, so lines may be missing or appear twice.";

/// Copies the new lines of the engine's log. Returns the cause if the log cannot be read now, for the inside of a sentence.
///
/// # Errors
///
/// Fails with the exit of the run if it no longer belongs to this node.
pub(super) async fn copy_log(
    session: &mut Session<'_>,
    poll: &Value,
    is_last: bool,
) -> Result<Result<(), String>, Exit> {
    let texts = match &session.job.log {
        None => return Ok(Ok(())),
        Some(LogSource::Poll(places)) => texts_at(poll, places),
        Some(LogSource::Request(url, places)) => match read_log(session, url, places).await {
            Ok(texts) => texts,
            Err(cause) => return Ok(Err(cause)),
        },
    };
    write_new_lines(session, texts, is_last).await.map(Ok)
}

async fn read_log(
    session: &mut Session<'_>,
    url: &UrlTemplate,
    places: &[Pointer],
) -> Result<Vec<TextList>, String> {
    let response = session.get(url).await.map_err(|error: SendError| error.cause().to_owned())?;
    if !response.status.is_success() {
        return Err(response.describe(&session.engine.mask));
    }
    if places.is_empty() {
        return Ok(vec![TextList::of_text(response.text())]);
    }
    let document = response.json().await.ok_or("the response is not JSON")?;
    Ok(texts_at(&document, places))
}

/// Writes the lines of the texts that are not in the log of the run yet.
///
/// Lines are written in one transaction. Before, it is stored at which sequence number they begin, and the position after them. So
/// whoever continues after a kill knows whether they are in the store.
async fn write_new_lines(session: &mut Session<'_>, texts: Vec<TextList>, is_last: bool) -> Result<(), Exit> {
    let log = session.context.log;
    let position = session.run.log_position(log.next_seq()).clone();
    let mut reader = in_background(move || LogReader::new(texts, position, is_last)).await?;
    note_changes(session, reader.changes).await;
    loop {
        let lines = reader.next_lines();
        if lines.is_empty() {
            return Ok(());
        }
        let lines = with_severities(session, &lines).await;
        // Otherwise the token would say of queued lines that they are in the store.
        log.flush().await;
        session.run.settle_written_lines(log.next_seq());
        let log_position = reader.position().clone();
        session.run.writing =
            Some(WrittenLines { first_seq: log.next_seq(), count: lines.len(), log: log_position });
        let worst = lines.iter().map(|(severity, _)| severity.number()).max();
        session.run.worst = session.run.worst.max(worst.unwrap_or_default());
        session.store().await?;
        log.write_together(lines).await;
    }
}

/// Says once what has changed in the engine's log.
async fn note_changes(session: &mut Session<'_>, changes: Changes) {
    if changes.is_shortened && !std::mem::replace(&mut session.run.is_shortened_log_noted, true) {
        session.write(Severity::Information, SHORTENED).await;
    }
    if changes.is_replaced && !std::mem::replace(&mut session.run.is_replaced_log_noted, true) {
        session.write(Severity::Warning, REPLACED).await;
    }
}

/// Returns lines without secrets, with the severities that the patterns of the job give them.
async fn with_severities(session: &Session<'_>, lines: &[String]) -> Vec<(Severity, String)> {
    let (mut written, mut bytes) = (Vec::with_capacity(lines.len()), 0);
    for line in lines {
        written.push(with_severity(session, line));
        bytes += line.len() + BYTES_PER_LINE;
        if bytes >= BYTES_BETWEEN_YIELDS {
            bytes = 0;
            tokio::task::yield_now().await;
        }
    }
    written
}

/// Returns a line without secrets, with the severity that the patterns of the job give it.
fn with_severity(session: &Session<'_>, line: &str) -> (Severity, String) {
    // Masked before it is cut, so that no part of a secret remains, but not megabytes that are left out anyway.
    let mut line = session.engine.mask.mask(&line[..line.floor_char_boundary(2 * MAX_LINE_BYTES)]);
    line.truncate(line.floor_char_boundary(MAX_LINE_BYTES));
    let severity = if session.job.error.is_match(&line) {
        Severity::Error
    } else if session.job.warning.is_match(&line) {
        Severity::Warning
    } else {
        Severity::Information
    };
    (severity, line)
}
