//! Request time-outs.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::set_timeout_with_handle};
use txjobs_sdk::{Error, ErrorKind};
use web_sys::AbortController;

/// Aborts a request that takes too long.
pub(super) struct RequestTimeout {
    max_wait: Duration,
    controller: Option<AbortController>,
    timer: Option<TimeoutHandle>,
}

impl RequestTimeout {
    pub(super) fn new(max_wait: Duration) -> Self {
        let mut timeout = Self { max_wait, controller: AbortController::new().ok(), timer: None };
        timeout.restart();
        timeout
    }

    /// Restarts the timer after a chunk has arrived.
    pub(super) fn restart(&mut self) {
        self.cancel();
        let controller = self.controller.clone();
        self.timer = controller
            .and_then(|controller| set_timeout_with_handle(move || controller.abort(), self.max_wait).ok());
    }

    fn cancel(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }

    pub(super) fn signal(&self) -> Option<web_sys::AbortSignal> {
        self.controller.as_ref().map(AbortController::signal)
    }

    /// Returns a time-out error if the timer aborted the request, or else an error of the given kind.
    pub(super) fn error(&self, otherwise: ErrorKind) -> Error {
        if self.signal().is_some_and(|signal| signal.aborted()) {
            let message = format!("No complete response within {} seconds.", self.max_wait.as_secs());
            Error::new(ErrorKind::Interrupted).with_message(&message)
        } else {
            Error::new(otherwise)
        }
    }
}

impl Drop for RequestTimeout {
    fn drop(&mut self) {
        self.cancel();
    }
}
