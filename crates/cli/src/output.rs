//! Data goes to standard output, everything else to standard error.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use anstyle::{AnsiColor, Style};
use indicatif::ProgressBar;
use serde::Serialize;
use txjobs_sdk::{
    ExecutionState, JobStatusCode, Severity,
    types::{JobExecutionLog, TriggerId},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    failure::{Exit, Failure},
    text::{self, Tabs},
};

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
    tabs: Tabs,
    /// Whether standard output was closed by its reader, such as `head`.
    is_closed: bool,
    /// Whether a message could not be written for another reason than a closed pipe.
    has_lost_note: bool,
    progress: Option<ProgressBar>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let tabs = if io::stdout().is_terminal() { Tabs::Space } else { Tabs::Keep };
        Self { json, tabs, is_closed: false, has_lost_note: false, progress: None }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Returns whether the reader of standard output has closed the pipe.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Writes one JSON document on a line of its own.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let document = serde_json::to_string(value).map_err(|e| Failure::Output(e.into(), None))?;
        self.line(&text::json(document))
    }

    /// Writes a line of data without characters that a terminal interprets.
    pub(crate) fn data(&mut self, line: &str) -> Result<(), Failure> {
        let line = text::one_line_with(line, self.tabs);
        self.line(&line)
    }

    /// Writes the trigger id of a POST that was accepted, or its whole answer as JSON. If standard output cannot be
    /// written, writes `note` with the id to standard error, because nothing else identifies the run.
    pub(crate) fn trigger_id(
        &mut self,
        trigger_id: TriggerId,
        answer: &impl Serialize,
        note: &str,
    ) -> Result<(), Failure> {
        let written = if self.json { self.json(answer) } else { self.data(&trigger_id.to_string()) };
        if written.is_err() || self.is_closed {
            self.note(&format!("{note}, trigger id {trigger_id}"));
        }
        written
    }

    fn line(&mut self, line: &str) -> Result<(), Failure> {
        if self.is_closed {
            return Ok(());
        }
        match self.beside_progress(|| writeln!(anstream::stdout().lock(), "{line}")) {
            Err(error) if is_closed_pipe(&error) => {
                // A closed pipe is no failure: the exit code still tells the outcome.
                self.is_closed = true;
                Ok(())
            }
            written => written.map_err(|error| Failure::Output(error, None)),
        }
    }

    /// Writes a message to standard error. A failure is reported by [`finish`](Self::finish), so that the command continues
    /// until then.
    pub(crate) fn note(&mut self, line: &str) {
        let written = self.beside_progress(|| writeln!(anstream::stderr().lock(), "{line}"));
        self.has_lost_note |= written.is_err_and(|error| !is_closed_pipe(&error));
    }

    /// Writes why a command failed, and returns the exit code. Lost output is a failure, too.
    pub(crate) fn finish(mut self, end: Result<Exit, Failure>) -> Exit {
        self.end_progress();
        let flushed =
            io::stdout().flush().or_else(|error| if is_closed_pipe(&error) { Ok(()) } else { Err(error) });
        let end = end.and_then(|exit| flushed.map(|()| exit).map_err(|error| Failure::Output(error, None)));
        let exit = end.unwrap_or_else(|failure| {
            self.note(&format!("{BAD}error:{BAD:#} {failure}"));
            failure.exit()
        });
        if exit == Exit::Completed && self.has_lost_note { Exit::Error } else { exit }
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

    pub(crate) fn log_line(&mut self, line: &JobExecutionLog) -> Result<(), Failure> {
        if self.json {
            return self.json(line);
        }
        let time = line.time_stamp.map_or_else(|| "-".to_owned(), |time| time.to_string());
        let style = severity_style(line.severity);
        let severity = line.severity.to_string();
        for (n, part) in text::lines(&line.message, self.tabs).enumerate() {
            let head = if n == 0 {
                format!("{DIM}{time:<24}{DIM:#} {style}{severity:<11}{style:#}")
            } else {
                format!("{:<36}", "")
            };
            self.line(&format!("{head} {part}"))?;
        }
        Ok(())
    }

    /// Writes rows in columns under a heading; all but the last are padded to the widest.
    pub(crate) fn table(&mut self, heading: &[&str], rows: &[Vec<Cell>]) -> Result<(), Failure> {
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
            self.line(&line)?;
        }
        Ok(())
    }

    /// Returns a server's text for a table: safe for a terminal, and cut to the width of a column (`--json` has the whole
    /// text).
    pub(crate) fn cell(&self, text: &str) -> Cell {
        Cell { text: text::cut(text, WIDEST, self.tabs), style: PLAIN }
    }
}

/// A piece of text in a table.
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
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

/// A state as shape, word and color.
pub(crate) fn state(state: ExecutionState) -> String {
    let (shape, style) = match state {
        ExecutionState::Completed => ("✔", OK),
        ExecutionState::CompletedWithWarnings => ("▲", WARNING),
        ExecutionState::Failed | ExecutionState::CompletedWithErrors => ("✖", BAD),
        _ => ("●", ACTIVE),
    };
    format!("{style}{shape} {state}{style:#}")
}

/// Prints clap's help, version or error message, and returns the exit code.
pub(crate) fn print_clap_message(message: &clap::Error) -> Exit {
    let exit = if message.use_stderr() { Exit::Usage } else { Exit::Completed };
    match message.print().and_then(|()| io::stdout().flush()) {
        Err(error) if !is_closed_pipe(&error) => {
            // If this cannot be written either, the exit code still says it.
            let _ = writeln!(io::stderr(), "error: {}", Failure::Output(error, None));
            if exit == Exit::Completed { Exit::Error } else { exit }
        }
        _ => exit,
    }
}

fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
