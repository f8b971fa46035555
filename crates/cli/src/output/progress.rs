//! The progress of a wait on standard error.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use indicatif::ProgressBar;

/// The shortest time between two lines with the same progress.
const REMINDER_INTERVAL: Duration = Duration::from_secs(60);

/// What the command waits for: a spinner in place on a terminal, lines otherwise.
pub(super) struct Progress {
    is_quiet: bool,
    is_terminal: bool,
    spinner: Option<ProgressBar>,
    message: Option<String>,
    began: Instant,
    last_output: Instant,
}

impl Progress {
    pub(super) fn new(is_quiet: bool) -> Self {
        let now = Instant::now();
        let is_terminal = io::stderr().is_terminal();
        Self { is_quiet, is_terminal, spinner: None, message: None, began: now, last_output: now }
    }

    /// Shows a message that is only worth a line if the wait is long.
    pub(super) fn show_briefly(&mut self, message: &str) {
        if self.is_terminal {
            self.show(message);
        } else if self.message.as_deref() != Some(message) {
            self.began = Instant::now();
            self.message = Some(message.to_owned());
        }
    }

    pub(super) fn show(&mut self, message: &str) {
        if self.is_quiet || self.message.as_deref() == Some(message) {
            return;
        }
        if self.message.is_none() {
            self.began = Instant::now();
        }
        self.message = Some(message.to_owned());
        if self.is_terminal {
            let spinner = self.spinner.get_or_insert_with(|| {
                let spinner = ProgressBar::new_spinner();
                spinner.enable_steady_tick(Duration::from_millis(120));
                spinner
            });
            spinner.set_message(message.to_owned());
        } else {
            self.write(message);
        }
    }

    /// Repeats the message if nothing was written for a minute, so that a CI system sees that the command waits.
    pub(super) fn remind(&mut self) {
        let Some(message) = self.message.clone().filter(|_| !self.is_terminal && !self.is_quiet) else {
            return;
        };
        if self.last_output.elapsed() >= REMINDER_INTERVAL {
            let waited = super::text::format_duration(self.began.elapsed());
            self.write(&format!("{message}, waiting for {waited}"));
        }
    }

    fn write(&mut self, line: &str) {
        self.last_output = Instant::now();
        // Progress is not worth a failure.
        let _ = writeln!(anstream::stderr().lock(), "{line}");
    }

    pub(super) fn clear(&mut self) {
        self.message = None;
        if let Some(spinner) = self.spinner.take() {
            spinner.finish_and_clear();
        }
    }

    /// Hides the spinner while `write` writes.
    pub(super) fn suspend<T>(&mut self, write: impl FnOnce() -> T) -> T {
        self.last_output = Instant::now();
        match &self.spinner {
            Some(spinner) => spinner.suspend(write),
            None => write(),
        }
    }
}
