//! Jobs that run a command.

mod output;
mod run;
mod settings;
mod splitter;
mod start;
mod start_problem;

pub use settings::{Command, StandardError};
