//! Finding and ending processes on Linux.
//!
//! A process group is not enough: `setsid` and a double fork leave it. A child subreaper would collect such orphans, but could
//! not assign them to one of several runs, and would end with a gateway that is killed. So every process of a run carries a
//! [`mark::Mark`], and processes without one are found by their relation to a process with one.

mod children;
mod mark;
mod orphans;
mod process_info;
mod processes;
mod search;

pub use orphans::reap_orphans;
pub use processes::{Child, Processes, take_pipes};
