//! Copies the lines of an engine's log, each once.

use serde_json::Value;
use txjobs_sdk::Severity;

use super::client::SendError;
use super::pointer::{Pointer, scalar_text};
use super::resume_token::WrittenLines;
use super::session::Session;
use super::settings::LogSource;
use super::template::UrlTemplate;
use crate::runner::Exit;

/// The longest line. The rest is left out, as with commands.
const MAX_LINE_BYTES: usize = 1_000_000;

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
    let text = match &session.job.log {
        None => return Ok(Ok(())),
        Some(LogSource::Poll(places)) => text_at(poll, places),
        Some(LogSource::Request(url, places)) => match read_log(session, url, places).await {
            Ok(text) => text,
            Err(cause) => return Ok(Err(cause)),
        },
    };
    write_new_lines(session, &text, is_last).await.map(Ok)
}

async fn read_log(
    session: &mut Session<'_>,
    url: &UrlTemplate,
    places: &[Pointer],
) -> Result<String, String> {
    let response = session.get(url).await.map_err(|error: SendError| error.cause().to_owned())?;
    if !response.status.is_success() {
        return Err(response.describe(&session.engine.mask));
    }
    if places.is_empty() {
        return Ok(response.text());
    }
    let document = response.json().ok_or("the response is not JSON")?;
    Ok(text_at(&document, places))
}

/// Returns the texts at these places, each as a line.
fn text_at(document: &Value, places: &[Pointer]) -> String {
    let values = places.iter().flat_map(|place| place.all(document));
    let mut text = String::new();
    for value in values.filter_map(scalar_text) {
        text.push_str(&value);
        if !value.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}

/// Writes the lines of the text that are not in the log of the run yet.
///
/// Before it writes, it stores at which sequence number it begins. So whoever continues after a kill knows how many of the lines are
/// in the store. When it is dropped, [`Session::store_written_lines`] counts them.
async fn write_new_lines(session: &mut Session<'_>, text: &str, is_last: bool) -> Result<(), Exit> {
    let log = session.context.log;
    let new = session.run.log.new_lines(text, is_last);
    let written = session.run.writing.filter(|_| new.is_continued);
    let written = written.map_or(0, |lines| lines.count_before(log.next_seq())).min(new.count());
    let (position, count) = (new.position_after(written), new.count() - written);
    if count == 0 {
        return Ok(());
    }
    // Otherwise the token would say of queued lines that they are in the store.
    log.flush().await;
    let lines: Vec<_> = new.after(written).map(|line| with_severity(session, line)).collect();
    session.run.log = position;
    session.run.writing = Some(WrittenLines { first_seq: log.next_seq(), count });
    let worst = lines.iter().map(|(severity, _)| severity.number()).max();
    session.run.worst = session.run.worst.max(worst.unwrap_or_default());
    session.store().await?;
    for (severity, line) in lines {
        log.write(severity, line).await;
    }
    Ok(())
}

/// Returns a line without secrets, with the severity that the patterns of the job give it.
fn with_severity(session: &Session<'_>, line: &str) -> (Severity, String) {
    // Before it is cut, so that no part of a secret remains.
    let mut line = session.engine.mask.mask(line);
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
