//! The table `http` of a job: the requests to another engine.

mod cancel;
mod log;
mod method;
mod oauth2;
mod poll;
mod request;
mod start;
mod table;

pub(super) use table::{HttpTable, JobSettings};

#[cfg(test)]
mod tests;
