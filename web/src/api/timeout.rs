//! Request time-outs. They end a request that makes no progress, not one that takes long.

use std::time::Duration;

use gloo_timers::callback::Timeout;
use txjobs_sdk::{Error, ErrorKind};
use web_sys::AbortController;

use crate::text::tf;

/// Aborts a request when nothing arrives for some time.
pub(super) struct RequestTimeout {
    max_wait: Duration,
    controller: Option<AbortController>,
    timer: Option<Timeout>,
}

impl RequestTimeout {
    pub(super) fn new(max_wait: Duration) -> Self {
        let mut timeout = Self { max_wait, controller: AbortController::new().ok(), timer: None };
        timeout.restart();
        timeout
    }

    /// Restarts the timer after a chunk has arrived.
    pub(super) fn restart(&mut self) {
        let millis = u32::try_from(self.max_wait.as_millis()).unwrap_or(u32::MAX);
        // A dropped timer is cleared.
        self.timer =
            self.controller.clone().map(|controller| Timeout::new(millis, move || controller.abort()));
    }

    pub(super) fn signal(&self) -> Option<web_sys::AbortSignal> {
        self.controller.as_ref().map(AbortController::signal)
    }

    /// Returns a time-out error if the timer aborted the request, or else an error of the given kind.
    pub(super) fn error(&self, otherwise: ErrorKind) -> Error {
        if self.signal().is_some_and(|signal| signal.aborted()) {
            let message =
                tf!("The server sent nothing for {seconds} seconds.", seconds = self.max_wait.as_secs());
            Error::new(ErrorKind::Interrupted).with_message(&message)
        } else {
            Error::new(otherwise)
        }
    }
}

impl Drop for RequestTimeout {
    /// Aborts a request whose result nobody waits for anymore. Has no effect on a complete response.
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}
