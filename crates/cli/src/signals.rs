//! Signals that end the program early, and what they interrupt.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use crate::failure::Exit;

/// A signal that asks the program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// The usual request to end, such as from a CI runner whose job was canceled.
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

    pub(crate) fn exit(self) -> Exit {
        match self {
            Self::Interrupt => Exit::Interrupted,
            Self::Terminate => Exit::Terminated,
            Self::HangUp => Exit::HungUp,
        }
    }
}

/// What a signal would interrupt now, in a clause for people. Commands keep it up to date. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interruption(Arc<Mutex<Option<String>>>);

impl Interruption {
    /// Says what a signal interrupts from now on.
    pub(crate) fn set(&self, clause: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(clause.into());
    }

    pub(crate) fn clause(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Starts to listen, and returns a future of the first signal.
///
/// A signal that the parent process ignores stays ignored: `nohup` and `command &` in a script rely on that.
///
/// # Errors
///
/// If the system refuses to register a handler. Must be called within a runtime.
#[cfg(unix)]
pub(crate) fn first() -> io::Result<impl Future<Output = Signal> + Send + 'static> {
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

/// Waits for a signal; forever for one that is ignored.
#[cfg(unix)]
async fn received(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// A bit for each signal that this process was started with as ignored, signal 1 in the lowest.
///
/// Asking the system directly takes unsafe code. Linux also tells it in a file; elsewhere no signal counts as ignored.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Starts to listen, and returns a future of the first console event.
///
/// # Errors
///
/// If the system refuses to register a handler. Must be called within a runtime.
#[cfg(windows)]
pub(crate) fn first() -> io::Result<impl Future<Output = Signal> + Send + 'static> {
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
