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

/// A clause about the work that a signal interrupts, which commands update. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interruption(Arc<Mutex<Option<String>>>);

impl Interruption {
    /// Sets the clause.
    pub(crate) fn set(&self, clause: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(clause.into());
    }

    pub(crate) fn clause(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Registers the handlers, and returns a future of the first signal.
///
/// A signal that the parent process ignores stays ignored: `nohup` and `command &` in a script rely on that.
///
/// # Errors
///
/// Returns an error if a handler cannot be registered.
///
/// # Panics
///
/// Panics outside of a runtime.
#[cfg(unix)]
pub(crate) fn listen() -> io::Result<impl Future<Output = Signal> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let ignored = ignored_signals();
    let listen = |kind: SignalKind| {
        let is_ignored = ignored >> (kind.as_raw_value() - 1) & 1 == 1;
        if is_ignored { Ok(None) } else { signal(kind).map(Some) }
    };
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            () = received(&mut interrupt) => Signal::Interrupt,
            () = received(&mut terminate) => Signal::Terminate,
            () = received(&mut hang_up) => Signal::HangUp,
        }
    })
}

/// Waits for a signal. Never returns for an ignored signal.
#[cfg(unix)]
async fn received(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Returns a bit mask of the signals that were ignored when this process started, with signal 1 in the lowest bit.
///
/// The system call requires unsafe code. Linux also provides the mask in a file. On other systems no signal counts as ignored.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Registers the handlers, and returns a future of the first console event.
///
/// # Errors
///
/// Returns an error if a handler cannot be registered.
///
/// # Panics
///
/// Panics outside of a runtime.
#[cfg(windows)]
pub(crate) fn listen() -> io::Result<impl Future<Output = Signal> + Send + 'static> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};

    let (mut interrupt, mut stop) = (ctrl_c()?, ctrl_break()?);
    let (mut close, mut shutdown) = (ctrl_close()?, ctrl_shutdown()?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = stop.recv() => Signal::Terminate,
            _ = close.recv() => Signal::HangUp,
            _ = shutdown.recv() => Signal::Terminate,
        }
    })
}
