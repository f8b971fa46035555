//! Data goes to standard output, everything else to standard error.

use std::{io::Write, time::Duration};

use anstyle::{AnsiColor, Style};
use indicatif::ProgressBar;
use serde::Serialize;
use txjobs_sdk::{ExecutionState, JobStatusCode, Severity, types::JobExecutionLog};
use unicode_width::UnicodeWidthStr;

use crate::{failure::Failure, text};

/// The widest column of a table.
const WIDEST: usize = 60;

const PLAIN: Style = Style::new();
const DIM: Style = Style::new().dimmed();
const OK: Style = AnsiColor::Green.on_default();
const WARNING: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const ACTIVE: Style = AnsiColor::Blue.on_default();

/// Where a command writes.
pub(crate) struct Output {
    json: bool,
    /// Whether standard output was closed by its reader, such as `head`.
    closed: bool,
    progress: Option<ProgressBar>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, closed: false, progress: None }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// One JSON document on a line of its own.
    pub(crate) fn json(&mut self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => self.data(&text),
            Err(e) => self.note(&format!("This cannot be written as JSON: {e}.")),
        }
    }

    /// A line of data.
    pub(crate) fn data(&mut self, line: &str) {
        if self.closed {
            return;
        }
        // A reader that has seen enough is no failure: the exit code still tells the outcome.
        self.closed = self.beside_progress(|| writeln!(anstream::stdout().lock(), "{line}")).is_err();
    }

    /// A line for people, on standard error.
    pub(crate) fn note(&self, line: &str) {
        // Without a standard error there is nobody to tell.
        let _ = self.beside_progress(|| writeln!(anstream::stderr().lock(), "{line}"));
    }

    pub(crate) fn failure(&mut self, failure: &Failure) {
        self.end_progress();
        self.note(&format!("{BAD}error:{BAD:#} {failure}"));
    }

    /// Shows `words` with a spinner while something is awaited, where standard error is a terminal.
    pub(crate) fn progress(&mut self, words: String) {
        let spinner = self.progress.get_or_insert_with(|| {
            let spinner = ProgressBar::new_spinner();
            spinner.enable_steady_tick(Duration::from_millis(120));
            spinner
        });
        spinner.set_message(words);
    }

    pub(crate) fn end_progress(&mut self) {
        if let Some(spinner) = self.progress.take() {
            spinner.finish_and_clear();
        }
    }

    fn beside_progress<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.progress {
            Some(spinner) => spinner.suspend(write),
            None => write(),
        }
    }

    pub(crate) fn log_line(&mut self, line: &JobExecutionLog) {
        if self.json {
            return self.json(line);
        }
        let time = line.time_stamp.map_or_else(|| "-".to_owned(), |time| time.to_string());
        let style = severity_style(line.severity);
        let severity = line.severity.to_string();
        for (n, part) in text::lines(&line.message).enumerate() {
            let head = if n == 0 {
                format!("{DIM}{time:<24}{DIM:#} {style}{severity:<11}{style:#}")
            } else {
                format!("{:<36}", "")
            };
            self.data(&format!("{head} {part}"));
        }
    }

    /// Rows in columns under a heading; all but the last are padded to the widest.
    pub(crate) fn table(&mut self, heading: &[&str], rows: &[Vec<Cell>]) {
        let heading: Vec<_> =
            heading.iter().map(|name| Cell { text: (*name).to_owned(), style: DIM }).collect();
        let mut widths = vec![0; heading.len()];
        for row in rows.iter().chain([&heading]) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.width());
            }
        }
        for row in [&heading].into_iter().chain(rows) {
            let mut line = String::new();
            for (n, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let style = cell.style;
                let pad = if n + 1 == row.len() { 0 } else { width - cell.text.width() + 2 };
                line += &format!("{style}{}{style:#}{:pad$}", cell.text, "");
            }
            self.data(&line);
        }
    }
}

/// A piece of text in a table.
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// What a server said: made safe, and cut where it would push the other columns away (`--json` has the whole).
    pub(crate) fn text(text: &str) -> Self {
        Self { text: text::cut(text, WIDEST), style: PLAIN }
    }

    pub(crate) fn dim(text: impl ToString) -> Self {
        Self { text: text.to_string(), style: DIM }
    }

    pub(crate) fn status(status: Option<JobStatusCode>) -> Self {
        let style = match status {
            Some(JobStatusCode::Running) => ACTIVE,
            Some(JobStatusCode::Pending) => WARNING,
            Some(JobStatusCode::Idle) => PLAIN,
            Some(JobStatusCode::Unknown(_)) | None => DIM,
        };
        Self { text: status.map_or_else(|| "-".to_owned(), |status| status.to_string()), style }
    }
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Information => DIM,
        Severity::Warning => WARNING,
        Severity::Error => BAD,
        Severity::Unknown(_) => ACTIVE,
    }
}

/// A state as shape, word and colour.
pub(crate) fn state(state: ExecutionState) -> String {
    let (shape, style) = match state {
        ExecutionState::Completed => ("✔", OK),
        ExecutionState::CompletedWithWarnings => ("▲", WARNING),
        ExecutionState::Failed | ExecutionState::CompletedWithErrors => ("✖", BAD),
        _ => ("●", ACTIVE),
    };
    format!("{style}{shape} {state}{style:#}")
}
