//! The real binary, with real processes: what it runs, and what is left when it is stopped or killed.
#![cfg(unix)]

mod commands;
mod gateway;
mod killed;
mod output;
mod start;
