//! Claims pending runs, runs their work, writes their lines, and ends them.

mod executing_runs;
mod handle;
mod interrupts;
mod lease;
mod log;
mod recovery;
mod removed_job;
mod resumption;
mod retry;
mod run;
mod runnable_jobs;
mod shutdown;
mod slots;
mod started_runs;
mod work;
mod worker;

pub use handle::{RunEnds, RunnerHandle};
pub use interrupts::{Interrupt, Interrupts};
pub use lease::{Lease, Leases};
pub use log::Log;
pub use recovery::{end_orphaned_runs, recover};
pub use resumption::Resumption;
pub use runnable_jobs::RunnableJobs;
pub use shutdown::Shutdown;
pub use work::{DEFAULT_STOP_GRACE, Exit, RunContext, Work, WorkResolver};
pub use worker::{Runner, RunnerOptions};
