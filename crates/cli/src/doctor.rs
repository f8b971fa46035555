//! Finds out what a server really does, with requests that change nothing.

mod clock;
mod connection;
mod cors;
mod cors_remedy;
mod diagnose;
mod diagnosis;
mod extensions;
mod facts;
mod finding;
mod format;
mod key;
mod limits;
mod recommendation;
mod redaction;
mod report;
mod requests;
mod responses;
mod shape;
mod text;
mod transfer;

pub(crate) use diagnose::{Settings, diagnose, parse_origin};
pub(crate) use diagnosis::Diagnosis;
pub(crate) use report::write as write_report;
pub(crate) use text::lines;
