//! The work of a script job.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use txjobs_gateway::runner::{Exit, RunContext, Work};
use txjobs_sdk::{ExecutionState, Severity};

/// Timed lines and a final state.
#[derive(Clone, Debug)]
pub struct Script {
    /// The lines and the state of a run.
    pub outcome: Outcome,
    /// Other outcomes of past runs, for `seed`.
    pub history: Vec<Outcome>,
    /// The time between two past runs, for `seed`.
    pub every: Duration,
}

/// An outcome of a script.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How often `seed` selects this outcome, relative to the others.
    pub weight: u32,
    /// The final state.
    pub state: ExecutionState,
    /// The steps, in their order.
    pub steps: Vec<Step>,
}

/// A line of a script, or several similar lines.
#[derive(Clone, Debug)]
pub struct Step {
    /// The time before each line.
    pub after: Duration,
    /// The severity of each line.
    pub severity: Severity,
    /// The message. `{n}` is replaced by the number of the repetition, from 1.
    pub message: String,
    /// The number of lines.
    pub repeat: u32,
}

impl Step {
    /// Returns the message of a repetition, counted from 1.
    pub fn message(&self, n: u32) -> String {
        self.message.replace("{n}", &n.to_string())
    }
}

impl Work for Script {
    fn describe(&self) -> String {
        let lines: u64 = self.outcome.steps.iter().map(|step| u64::from(step.repeat)).sum();
        format!("script of {lines} lines, ends {}", self.outcome.state)
    }

    fn run<'a>(&'a self, context: RunContext<'a>) -> BoxFuture<'a, Exit> {
        run(&self.outcome, context).boxed()
    }
}

async fn run(outcome: &Outcome, context: RunContext<'_>) -> Exit {
    let RunContext { clock, log, interrupts, .. } = context;
    let write_lines = async {
        // Each wait counts from the one before, so that advancing the clock ends all the waits that it passes.
        let mut time = clock.moment();
        for step in &outcome.steps {
            for n in 1..=step.repeat {
                if !step.after.is_zero() {
                    time = time.after(step.after);
                    clock.sleep_until(time).await;
                }
                log.write(step.severity, step.message(n)).await;
            }
        }
    };
    tokio::select! {
        biased;
        interrupt = interrupts.wait() => Exit::Interrupted(interrupt),
        () = write_lines => Exit::State(outcome.state),
    }
}
