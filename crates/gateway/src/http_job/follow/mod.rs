//! Follows a run to its end, or ends it early.

mod end;
mod poll_loop;
mod state_hint;
mod stop;

use std::time::Duration;

use self::poll_loop::poll_to_end;
use self::stop::{Stop, stop_run};
use super::session::Session;
use crate::runner::{Exit, Interrupt};

/// The least time for a run that is continued. It may have ended in time while nobody polled it.
const MIN_TIME: Duration = Duration::from_secs(30);

/// Follows the run to its end, and cancels it if it is interrupted. `delay` is how long the engine asks to wait before the first poll.
pub(super) async fn follow(session: &mut Session<'_>, delay: Duration) -> Exit {
    let context = session.context;
    let passed = Duration::from_micros(
        u64::try_from(context.clock.now().saturating_sub(session.started_at)).unwrap_or_default(),
    );
    let remaining = session.job.timeout.saturating_sub(passed).max(MIN_TIME.min(session.job.timeout));
    let stop = tokio::select! {
        biased;
        interrupt = context.interrupts.wait() => Stop::Interrupted(interrupt),
        exit = poll_to_end(session, delay) => return exit,
        () = context.clock.sleep(remaining) => Stop::TimedOut,
    };
    if let Stop::Interrupted(Interrupt::Shutdown | Interrupt::Lost) = stop {
        return Exit::Detached;
    }
    tokio::select! {
        biased;
        _ = context.interrupts.left() => Exit::Detached,
        stopped = stop_run(session, stop) => stopped.unwrap_or_else(|exit| exit),
    }
}
