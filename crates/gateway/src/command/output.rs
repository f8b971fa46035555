//! Converts the output of a command to the lines of its log.

use std::borrow::Cow;
use std::time::Duration;

use encoding_rs::Decoder;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use txjobs_sdk::Severity;

use super::settings::Command;
use super::splitter::{Piece, Splitter};
use crate::runner::Log;

const BUFFER: usize = 64 * 1024;
/// A line without a line end is written after a second without further output, and at the latest after ten.
const MAX_SILENCE: Duration = Duration::from_secs(1);
const MAX_LINE_TIME: Duration = Duration::from_secs(10);
/// Of the updates of a line (a progress bar), the last one of each second is written.
const UPDATE_TIME: Duration = Duration::from_secs(1);
/// After the processes have ended: how long data in a pipe may take to be readable, and how much of it is still read.
const LAST_READ: Duration = Duration::from_millis(100);
const LAST_BYTES: usize = 1024 * 1024;

/// One of the pipes of a command.
#[derive(Debug)]
pub(super) struct Output<'a> {
    command: &'a Command,
    log: &'a Log,
    /// The severity of a line that no pattern matches.
    otherwise: Severity,
    splitter: Splitter,
    partial: Option<PartialLine>,
    updates: Option<Updates>,
}

/// The times of a line that has no end yet.
#[derive(Clone, Copy, Debug)]
struct PartialLine {
    since: Instant,
    added_at: Instant,
}

/// The updates of a line that are not written yet.
#[derive(Debug)]
struct Updates {
    deadline: Instant,
    worst: (Severity, String),
    /// The last update, if its severity is lower than the worst.
    latest: Option<(Severity, String)>,
}

impl<'a> Output<'a> {
    pub fn new(command: &'a Command, log: &'a Log, otherwise: Severity) -> Self {
        Self { command, log, otherwise, splitter: Splitter::default(), partial: None, updates: None }
    }

    /// Writes the pipe's lines until every process has closed the pipe, or until it is no longer read. Returns whether all
    /// have closed it.
    pub async fn pump(mut self, pipe: Option<impl AsyncRead + Unpin>, closing: &CancellationToken) -> bool {
        let Some(mut pipe) = pipe else { return true };
        let mut decoder = self.command.encoding.new_decoder();
        let mut buffer = vec![0; BUFFER];
        let mut text = String::new();
        let mut last_bytes = LAST_BYTES;
        let has_ended = loop {
            let no_more = async {
                closing.cancelled().await;
                tokio::time::sleep(LAST_READ).await;
            };
            let read = tokio::select! {
                biased;
                read = pipe.read(&mut buffer) => read.unwrap_or(0),
                () = no_more => break false,
                () = sleep_until(self.next_deadline()) => {
                    self.write_overdue().await;
                    continue;
                }
            };
            if read == 0 {
                break true;
            }
            decode(&mut decoder, &buffer[..read], &mut text, false);
            self.add(&text).await;
            if closing.is_cancelled() {
                last_bytes = last_bytes.saturating_sub(read);
                if last_bytes == 0 {
                    break false;
                }
            }
        };
        decode(&mut decoder, &[], &mut text, true);
        self.add(&text).await;
        match std::mem::take(&mut self.splitter).finish() {
            Some(line) => self.write_line(line).await,
            None => self.write_updates().await,
        }
        has_ended
    }

    async fn add(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let now = Instant::now();
        let pieces = self.splitter.feed(text);
        let since = self.partial.filter(|_| pieces.is_empty()).map_or(now, |partial| partial.since);
        self.partial = (!self.splitter.partial().is_empty()).then_some(PartialLine { since, added_at: now });
        for piece in pieces {
            match piece {
                Piece::Line(line) => self.write_line(line).await,
                Piece::Update(text) => self.hold_update(text),
            }
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let partial = self.partial.map(PartialLine::deadline);
        partial.into_iter().chain(self.updates.as_ref().map(|updates| updates.deadline)).min()
    }

    /// Writes lines that were not ended or overwritten in time.
    async fn write_overdue(&mut self) {
        let now = Instant::now();
        if self.partial.is_some_and(|partial| partial.deadline() <= now) {
            self.partial = None;
            if !is_blank(self.splitter.partial())
                && let Some(text) = self.splitter.take_partial()
            {
                self.write_line(text).await;
            }
        }
        if self.updates.as_ref().is_some_and(|updates| updates.deadline <= now) {
            self.write_updates().await;
        }
    }

    async fn write_line(&mut self, line: String) {
        let severity = self.severity(&line);
        // The line has overwritten them. An update of higher severity is still written.
        if let Some(Updates { worst, .. }) = self.updates.take()
            && worst.0.number() > severity.number()
        {
            self.log.write(worst.0, worst.1).await;
        }
        self.log.write(severity, line).await;
    }

    async fn write_updates(&mut self) {
        let Some(Updates { worst, latest, .. }) = self.updates.take() else { return };
        for (severity, text) in std::iter::once(worst).chain(latest) {
            self.log.write(severity, text).await;
        }
    }

    fn hold_update(&mut self, text: String) {
        // It erases the line and has no text.
        if is_blank(&text) {
            return;
        }
        let update = (self.severity(&text), text);
        match &mut self.updates {
            Some(updates) if update.0.number() < updates.worst.0.number() => updates.latest = Some(update),
            Some(updates) => (updates.worst, updates.latest) = (update, None),
            None => {
                let deadline = Instant::now() + UPDATE_TIME;
                self.updates = Some(Updates { deadline, worst: update, latest: None });
            }
        }
    }

    fn severity(&self, line: &str) -> Severity {
        let plain = plain(line);
        if self.command.error.is_match(&plain) {
            Severity::Error
        } else if self.command.warning.is_match(&plain) {
            Severity::Warning
        } else {
            self.otherwise
        }
    }
}

impl PartialLine {
    fn deadline(self) -> Instant {
        (self.added_at + MAX_SILENCE).min(self.since + MAX_LINE_TIME)
    }
}

/// Returns the visible text of the line: without terminal escapes (colors, links, titles) and byte order marks.
fn plain(line: &str) -> Cow<'_, str> {
    let line = line.trim_start_matches('\u{feff}');
    match line.contains('\u{1b}') {
        true => Cow::Owned(anstream::adapter::strip_str(line).to_string()),
        false => Cow::Borrowed(line),
    }
}

fn is_blank(text: &str) -> bool {
    plain(text).trim().is_empty()
}

/// Decodes the bytes into the text. An incomplete character stays for the next bytes.
fn decode(decoder: &mut Decoder, mut bytes: &[u8], text: &mut String, is_last: bool) {
    text.clear();
    loop {
        text.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(BUFFER));
        let (result, read, _) = decoder.decode_to_string(bytes, text, is_last);
        bytes = &bytes[read..];
        if result == encoding_rs::CoderResult::InputEmpty {
            return;
        }
    }
}

/// Waits until a moment, or forever without one.
async fn sleep_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
