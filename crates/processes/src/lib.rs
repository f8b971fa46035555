//! Starts the command of a run, finds all processes that it started, and ends them.
//!
//! On Linux, processes are found even if they detach themselves from the command. On other systems, the process group (Unix) or
//! the job object (Windows) of the command identifies them.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;
mod report;
mod start;
pub mod variables;

#[cfg(target_os = "linux")]
pub use linux::{Child, Processes, reap_orphans, take_pipes};
#[cfg(not(target_os = "linux"))]
pub use portable::{Child, Processes, reap_orphans, take_pipes};
pub use report::{ProcessName, Report, join_names};
pub use start::start;
