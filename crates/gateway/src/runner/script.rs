//! Plays a script: timed lines, then a final state.

use super::log::Log;
use super::run::{Finish, Interrupts};
use crate::clock::Clock;
use crate::config::Outcome;

pub(super) async fn run(outcome: &Outcome, clock: &Clock, log: &Log, interrupts: &Interrupts) -> Finish {
    let play = async {
        let mut due = clock.moment();
        for step in &outcome.steps {
            for n in 1..=step.repeat {
                if !step.after.is_zero() {
                    due = due.after(step.after);
                    clock.sleep_until(due).await;
                }
                log.write(step.severity, step.message(n)).await;
            }
        }
    };
    tokio::select! {
        biased;
        interrupt = interrupts.wait() => Finish::Interrupted(interrupt),
        () = play => Finish::As(outcome.state),
    }
}
