//! Signals that end the program, and the work that they interrupt.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

/// A signal that ends the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// The request to terminate, for example from a CI runner whose job was canceled.
    Terminate,
    /// The terminal was closed.
    HangUp,
}

impl Signal {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
            Self::HangUp => "SIGHUP",
        }
    }
}

/// The text after "Interrupted (SIGINT); " in the message about a signal. Commands update it as they proceed. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct InterruptionMessage(Arc<Mutex<Option<String>>>);

impl InterruptionMessage {
    /// Sets the text.
    pub(crate) fn set(&self, text: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.into());
    }

    /// Removes the text, because no work is in progress that a message must mention.
    pub(crate) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Returns the text, or `None` if no command has set one.
    pub(crate) fn text(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Registers the signal handlers. Returns a future that resolves to the first signal.
///
/// On Linux, a signal that this process inherited as ignored stays ignored, because `nohup` and background commands in scripts
/// rely on that.
///
/// # Errors
///
/// Returns an error if a handler cannot be registered.
///
/// # Panics
///
/// Panics outside of a Tokio runtime.
#[cfg(unix)]
pub(crate) fn listen_for_signals() -> io::Result<impl Future<Output = Signal> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let ignored = ignored_signals();
    let register = |kind: SignalKind| {
        let is_ignored = ignored >> (kind.as_raw_value() - 1) & 1 == 1;
        if is_ignored { Ok(None) } else { signal(kind).map(Some) }
    };
    let mut interrupt = register(SignalKind::interrupt())?;
    let mut terminate = register(SignalKind::terminate())?;
    let mut hang_up = register(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            () = wait_for_signal(&mut interrupt) => Signal::Interrupt,
            () = wait_for_signal(&mut terminate) => Signal::Terminate,
            () = wait_for_signal(&mut hang_up) => Signal::HangUp,
        }
    })
}

/// Waits for the signal. Waits forever if the signal is ignored.
#[cfg(unix)]
async fn wait_for_signal(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Returns a bit mask of the signals that this process ignores, with signal 1 in the lowest bit.
///
/// Reads `/proc/self/status`, because `sigaction` requires unsafe code. Returns 0 on systems without this file.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Registers the handlers. Returns a future that resolves to the signal for the first console event.
///
/// # Errors
///
/// Returns an error if a handler cannot be registered.
///
/// # Panics
///
/// Panics outside of a Tokio runtime.
#[cfg(windows)]
pub(crate) fn listen_for_signals() -> io::Result<impl Future<Output = Signal> + Send + 'static> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};

    let (mut ctrl_c, mut ctrl_break) = (ctrl_c()?, ctrl_break()?);
    let (mut ctrl_close, mut ctrl_shutdown) = (ctrl_close()?, ctrl_shutdown()?);
    Ok(async move {
        tokio::select! {
            _ = ctrl_c.recv() => Signal::Interrupt,
            _ = ctrl_break.recv() => Signal::Terminate,
            _ = ctrl_close.recv() => Signal::HangUp,
            _ = ctrl_shutdown.recv() => Signal::Terminate,
        }
    })
}
