//! A server that emulates servers of the TimeXtender Jobs API, for test suites.
//!
//! It is the gateway with two layers around the contract ([`layers`]): a journal of the requests ([`journal`]), faults on
//! demand ([`faults`]), and behaviors of other servers ([`behavior`]). It has a clock that can be set ([`clock`]), jobs that
//! write timed lines ([`script`]), and generated organizations ([`fixtures`]). The admin API ([`admin`]) controls all of them.

pub mod admin;
pub mod behavior;
pub mod clock;
pub mod commands;
pub mod emulator;
mod error_body;
pub mod fault_listener;
pub mod faults;
pub mod fixtures;
pub mod history;
pub mod journal;
pub mod layers;
mod lost_runs;
pub mod operation;
mod past;
mod rate_limit;
mod retry_after;
pub mod script;
pub mod serve;
mod shapes;
mod skew;
pub mod span;
pub mod token;
mod validation;
