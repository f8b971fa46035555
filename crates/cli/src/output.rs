//! Writes data to standard output, and everything else to standard error.

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

/// The most columns of a cell in a table.
const MAX_CELL_WIDTH: usize = 60;

const PLAIN: Style = Style::new();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const OK: Style = AnsiColor::Green.on_default();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
pub(crate) const ACTIVE: Style = AnsiColor::Blue.on_default();

/// The output of a command.
pub(crate) struct Output {
    json: bool,
    tabs: Tabs,
    /// Whether the reader of standard output, such as `head`, has closed the pipe.
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

    /// Writes a JSON document as one line.
    pub(crate) fn write_json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let document = serde_json::to_string(value).map_err(|e| Failure::Output(e.into(), None))?;
        self.write_line(&text::escape_json(document))
    }

    /// Writes a line of data with control characters escaped.
    pub(crate) fn write_text(&mut self, line: &str) -> Result<(), Failure> {
        let line = text::escape_line_with(line, self.tabs);
        self.write_line(&line)
    }

    /// Writes the trigger id of an accepted POST, or its response as JSON. If standard output cannot be written, writes `note` with
    /// the id to standard error, because nothing else identifies the run.
    pub(crate) fn write_trigger_id(
        &mut self,
        trigger_id: TriggerId,
        response: &impl Serialize,
        note: &str,
    ) -> Result<(), Failure> {
        let written =
            if self.json { self.write_json(response) } else { self.write_text(&trigger_id.to_string()) };
        if written.is_err() || self.is_closed {
            self.write_note(&format!("{note}, trigger id {trigger_id}"));
        }
        written
    }

    /// Writes a line of data, which may contain escapes of colors.
    pub(crate) fn write_line(&mut self, line: &str) -> Result<(), Failure> {
        if self.is_closed {
            return Ok(());
        }
        match self.suspend_progress(|| writeln!(anstream::stdout().lock(), "{line}")) {
            Err(error) if is_closed_pipe(&error) => {
                // A closed pipe is not a failure, because the exit code is the outcome.
                self.is_closed = true;
                Ok(())
            }
            written => written.map_err(|error| Failure::Output(error, None)),
        }
    }

    /// Writes a message to standard error. If that fails, the command continues, and [`finish`](Self::finish) reports the failure.
    pub(crate) fn write_note(&mut self, line: &str) {
        let written = self.suspend_progress(|| writeln!(anstream::stderr().lock(), "{line}"));
        self.has_lost_note |= written.is_err_and(|error| !is_closed_pipe(&error));
    }

    /// Writes the reason if the command failed, and returns the exit code. Lost output is a failure, too.
    pub(crate) fn finish(mut self, result: Result<Exit, Failure>) -> Exit {
        self.clear_progress();
        let flushed =
            io::stdout().flush().or_else(|error| if is_closed_pipe(&error) { Ok(()) } else { Err(error) });
        let result =
            result.and_then(|exit| flushed.map(|()| exit).map_err(|error| Failure::Output(error, None)));
        let exit = result.unwrap_or_else(|failure| {
            self.write_note(&format!("{BAD}error:{BAD:#} {failure}"));
            failure.exit()
        });
        if exit == Exit::Completed && self.has_lost_note { Exit::Error } else { exit }
    }

    /// Shows `message` with a spinner if standard error is a terminal.
    pub(crate) fn show_progress(&mut self, message: String) {
        let spinner = self.progress.get_or_insert_with(|| {
            let spinner = ProgressBar::new_spinner();
            spinner.enable_steady_tick(Duration::from_millis(120));
            spinner
        });
        spinner.set_message(message);
    }

    pub(crate) fn clear_progress(&mut self) {
        if let Some(spinner) = self.progress.take() {
            spinner.finish_and_clear();
        }
    }

    fn suspend_progress<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.progress {
            Some(spinner) => spinner.suspend(write),
            None => write(),
        }
    }

    pub(crate) fn write_log_line(&mut self, line: &JobExecutionLog) -> Result<(), Failure> {
        if self.json {
            return self.write_json(line);
        }
        let time = line.time_stamp.map_or_else(|| "-".to_owned(), |time| time.to_string());
        let style = severity_style(line.severity);
        let severity = line.severity.to_string();
        for (n, part) in text::escape_lines(&line.message, self.tabs).enumerate() {
            let prefix = if n == 0 {
                format!("{DIM}{time:<24}{DIM:#} {style}{severity:<11}{style:#}")
            } else {
                format!("{:<36}", "")
            };
            self.write_line(&format!("{prefix} {part}"))?;
        }
        Ok(())
    }

    /// Writes a table. All columns but the last are padded to their widest cell.
    pub(crate) fn write_table(&mut self, heading: &[&str], rows: &[Vec<Cell>]) -> Result<(), Failure> {
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
            self.write_line(&line)?;
        }
        Ok(())
    }

    /// Returns a cell with text from a server: escaped, and truncated to the width of a column. `--json` has the whole text.
    pub(crate) fn text_cell(&self, text: &str) -> Cell {
        Cell { text: text::truncate(text, MAX_CELL_WIDTH, self.tabs), style: PLAIN }
    }
}

/// A cell of a table.
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

/// Returns a state as a symbol and a label in color.
pub(crate) fn format_state(state: ExecutionState) -> String {
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
            // If this cannot be written either, the exit code still reports the failure.
            let _ = writeln!(io::stderr(), "error: {}", Failure::Output(error, None));
            if exit == Exit::Completed { Exit::Error } else { exit }
        }
        _ => exit,
    }
}

fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
