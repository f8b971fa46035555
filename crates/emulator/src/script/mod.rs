//! Script jobs: jobs that write timed lines and end in a configured state.

mod config;
mod work;

pub use config::EmulatorJob;
pub use work::{Outcome, Script, Step};
