//! Writes data to standard output, and everything else to standard error.

mod ci;
mod options;
mod progress;
pub(crate) mod style;
mod table;
pub(crate) mod text;

use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};

use anstream::{AutoStream, ColorChoice, adapter::strip_str};
pub(crate) use ci::{Annotation, CiSystem, SummaryRow};
pub(crate) use options::FormatOptions;
use progress::Progress;
use serde::Serialize;
pub(crate) use style::format_state;
pub(crate) use table::{Cell, Column};
use text::Tabs;
use txjobs_sdk::{
    ApiKey,
    types::{JobExecutionLog, TriggerId},
};

use crate::{exit::Exit, failure::Failure};

/// The length at which buffered lines are written.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// What standard output contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    /// One document.
    Json,
    /// One object per line, as it occurs.
    NdJson,
}

/// The output of a command.
pub(crate) struct Output {
    format: Format,
    is_quiet: bool,
    tabs: Tabs,
    /// Lines that are written together.
    buffer: Option<String>,
    ci: Option<CiSystem>,
    /// The key, which a server may repeat. Messages do not contain it.
    secret: Option<ApiKey>,
    /// Whether the reader of standard output, such as `head`, has closed the pipe.
    is_closed: bool,
    /// Whether standard output has data.
    has_data: bool,
    /// Whether a message could not be written for another reason than a closed pipe.
    has_lost_note: bool,
    progress: Progress,
}

impl Output {
    pub(crate) fn new(options: FormatOptions) -> Self {
        ColorChoice::from(options.color).write_global();
        let format = match (options.json, options.ndjson) {
            (true, _) => Format::Json,
            (_, true) => Format::NdJson,
            _ => Format::Text,
        };
        Self {
            format,
            is_quiet: options.quiet,
            buffer: None,
            tabs: if io::stdout().is_terminal() { Tabs::Space } else { Tabs::Keep },
            ci: CiSystem::detect(),
            secret: None,
            is_closed: false,
            has_data: false,
            has_lost_note: false,
            progress: Progress::new(options.quiet),
        }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn is_text(&self) -> bool {
        self.format == Format::Text
    }

    /// Returns whether the output is one JSON document.
    pub(crate) fn is_json_document(&self) -> bool {
        self.format == Format::Json
    }

    /// Masks the key in all later messages.
    pub(crate) fn mask(&mut self, key: ApiKey) {
        self.secret = Some(key);
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    pub(crate) fn ci(&self) -> Option<CiSystem> {
        self.ci
    }

    /// Returns the option that gives the same format, for suggested commands.
    pub(crate) fn format_option(&self) -> &'static str {
        match self.format {
            Format::Text => "",
            Format::Json => "--json ",
            Format::NdJson => "--ndjson ",
        }
    }

    /// Returns whether the reader of standard output has closed the pipe.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Writes a JSON document as one line.
    pub(crate) fn write_json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let document = serde_json::to_string(value).map_err(|e| Failure::Output(e.into(), None))?;
        let document = text::escape_json(document);
        self.write_line(&self.ci.map_or_else(|| document.clone(), |ci| ci.escape_json(&document)))
    }

    /// Writes a line of data with control characters escaped.
    pub(crate) fn write_text(&mut self, line: &str) -> Result<(), Failure> {
        let line = text::escape_line_with(line, self.tabs);
        self.write_data_line(&line)
    }

    /// Writes a line that may have styles, and whose texts of a server are escaped.
    pub(crate) fn write_data_line(&mut self, line: &str) -> Result<(), Failure> {
        let line = self.ci.map_or(line.into(), |ci| ci.escape_line(line));
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
            if self.is_text() { self.write_text(&trigger_id.to_string()) } else { self.write_json(response) };
        if written.is_err() || self.is_closed {
            self.write_message(&format!("{note}, trigger id {trigger_id}"));
        }
        written
    }

    /// Returns whether a body is written as it is, because neither a terminal nor a CI system reads it.
    pub(crate) fn writes_raw(&self) -> bool {
        self.ci.is_none() && !io::stdout().is_terminal()
    }

    /// Writes the body of a response so that it is harmless for a terminal or a CI system.
    pub(crate) fn write_body(&mut self, body: &[u8]) -> Result<(), Failure> {
        let text = String::from_utf8_lossy(body);
        if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() {
            // Line breaks between the values stay.
            let lines: Vec<_> = text.lines().map(|line| text::escape_json(line.to_owned())).collect();
            let document = lines.join("\n");
            let document = self.ci.map_or_else(|| document.clone(), |ci| ci.escape_json(&document));
            return self.write_line(&document);
        }
        text.lines().try_for_each(|line| self.write_text(line))
    }

    /// Writes bytes as they are, without a line break.
    pub(crate) fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.write_to_stdout(|| io::stdout().lock().write_all(bytes))
    }

    /// Writes the lines of `write` together, because a call of the system per line is slow.
    pub(crate) fn write_together<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> Result<T, Failure> {
        self.buffer = Some(String::new());
        let result = write(self);
        let rest = self.buffer.take().unwrap_or_default();
        self.write_all(&rest)?;
        Ok(result)
    }

    fn write_all(&mut self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        self.write_to_stdout(|| match AutoStream::choice(&io::stdout()) {
            // The library would write each line alone.
            ColorChoice::Never => io::stdout().lock().write_all(strip_str(text).to_string().as_bytes()),
            _ => anstream::stdout().lock().write_all(text.as_bytes()),
        })
    }

    fn write_line(&mut self, line: &str) -> Result<(), Failure> {
        if let Some(buffer) = &mut self.buffer {
            buffer.push_str(line);
            buffer.push('\n');
            if buffer.len() < MAX_BUFFER_BYTES {
                return Ok(());
            }
            let full = std::mem::take(buffer);
            return self.write_all(&full);
        }
        self.write_to_stdout(|| writeln!(anstream::stdout().lock(), "{line}"))
    }

    fn write_to_stdout(&mut self, write: impl FnOnce() -> io::Result<()>) -> Result<(), Failure> {
        if self.is_closed {
            return Ok(());
        }
        self.has_data = true;
        match self.progress.suspend(write) {
            Err(error) if is_closed_pipe(&error) => {
                // A closed pipe is not a failure, because the exit code is the outcome.
                self.is_closed = true;
                Ok(())
            }
            written => written.map_err(|error| Failure::Output(error, None)),
        }
    }

    /// Writes a note to standard error, unless the user wants only data and errors.
    pub(crate) fn write_note(&mut self, line: &str) {
        if !self.is_quiet {
            self.write_message(line);
        }
    }

    /// Writes a warning to standard error.
    pub(crate) fn write_warning(&mut self, line: &str) {
        let style = style::WARNING;
        self.write_message(&format!("{style}warning:{style:#} {line}"));
    }

    /// Writes a message to standard error. If that fails, the command continues, and [`finish`](Self::finish) reports the failure.
    pub(crate) fn write_message(&mut self, line: &str) {
        let masked = self.secret.as_ref().map_or_else(|| line.to_owned(), |key| key.mask(line));
        let lines = masked.split('\n').map(|line| self.escape_for_ci(line));
        let text = lines.collect::<Vec<_>>().join("\n");
        self.write_to_stderr(&text);
    }

    /// Returns a line of which a CI system obeys nothing.
    fn escape_for_ci<'a>(&self, line: &'a str) -> Cow<'a, str> {
        self.ci.map_or(line.into(), |ci| ci.escape_line(line))
    }

    fn write_to_stderr(&mut self, line: &str) {
        let written = self.progress.suspend(|| writeln!(anstream::stderr().lock(), "{line}"));
        self.has_lost_note |= written.is_err_and(|error| !is_closed_pipe(&error));
    }

    /// Writes a command for the CI system. The system reads both streams, and standard output may be redirected to a file.
    pub(crate) fn write_ci_command(&mut self, command: &str) {
        if self.is_text() && !self.is_quiet {
            self.write_to_stderr(command);
        }
    }

    /// Writes the reason if the command failed, and returns the exit code. Lost output is a failure, too.
    pub(crate) fn finish(mut self, result: Result<Exit, Failure>) -> Exit {
        self.progress.clear();
        let flushed =
            io::stdout().flush().or_else(|error| if is_closed_pipe(&error) { Ok(()) } else { Err(error) });
        let result =
            result.and_then(|exit| flushed.map(|()| exit).map_err(|error| Failure::Output(error, None)));
        let exit = result.unwrap_or_else(|failure| {
            let bad = style::BAD;
            self.write_message(&format!("{bad}error:{bad:#} {failure}"));
            self.write_error_document(&failure);
            failure.exit()
        });
        if exit == Exit::Completed && self.has_lost_note { Exit::Error } else { exit }
    }

    /// Writes the failure as JSON, so that a program always gets a document. A list or a run that was written has its own.
    fn write_error_document(&mut self, failure: &Failure) {
        let is_wanted = match self.format {
            Format::Text => false,
            Format::Json => !self.has_data,
            Format::NdJson => true,
        };
        if is_wanted && !matches!(failure, Failure::Output(..)) {
            // The message on standard error reports the failure if this cannot be written.
            let _ = self.write_json(&ErrorDocument {
                r#type: "error",
                exit_code: failure.exit().code(),
                error: ErrorFields::new(failure),
            });
        }
    }

    /// Shows what the command waits for: in place on a terminal, as lines otherwise.
    pub(crate) fn show_progress(&mut self, message: &str) {
        let message = self.escape_for_ci(message);
        self.progress.show(&message);
    }

    /// Shows what the command does for a moment: in place on a terminal, otherwise only if it takes a minute.
    pub(crate) fn show_brief_progress(&mut self, message: &str) {
        let message = self.escape_for_ci(message);
        self.progress.show_briefly(&message);
    }

    /// Repeats the progress if nothing was written for a minute and standard error is not a terminal.
    pub(crate) fn remind_of_progress(&mut self) {
        self.progress.remind();
    }

    pub(crate) fn clear_progress(&mut self) {
        self.progress.clear();
    }

    /// Writes a log line. `prefix` names the job if several jobs share the output.
    pub(crate) fn write_log_line(
        &mut self,
        line: &JobExecutionLog,
        prefix: &str,
        has_time: bool,
    ) -> Result<(), Failure> {
        let (dim, style) = (style::DIM, style::severity(line.severity));
        let time = line.time_stamp.map_or_else(|| "-".to_owned(), |time| time.to_string());
        let severity = line.severity.to_string();
        for (n, part) in text::escape_lines(&line.message, self.tabs).enumerate() {
            let line = match (has_time, n) {
                (true, 0) => format!("{prefix}{dim}{time:<24}{dim:#} {style}{severity:<11}{style:#} {part}"),
                (true, _) => format!("{prefix}{:<36} {part}", ""),
                (false, _) => format!("{prefix}{part}"),
            };
            self.write_data_line(&line)?;
        }
        Ok(())
    }

    /// Writes a table that fits the terminal.
    pub(crate) fn write_table(&mut self, columns: &[Column], rows: &[Vec<Cell>]) -> Result<(), Failure> {
        let lines = table::lines(columns, rows, table::terminal_width());
        lines.iter().try_for_each(|line| self.write_data_line(line))
    }

    /// Returns a cell with text from a server: escaped, and truncated to the width of a column. `--json` has the whole text.
    pub(crate) fn text_cell(&self, text: &str) -> Cell {
        Cell::text(text, self.tabs)
    }
}

/// The JSON document of a failure.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorDocument {
    r#type: &'static str,
    exit_code: u8,
    error: ErrorFields,
}

/// The failure in a JSON document.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ErrorFields {
    kind: &'static str,
    message: String,
}

impl ErrorFields {
    pub(crate) fn new(failure: &Failure) -> Self {
        Self { kind: failure.kind(), message: failure.to_string() }
    }
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
