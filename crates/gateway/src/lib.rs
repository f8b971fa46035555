//! The TimeXtender Jobs API on your own machine.
//!
//! Three parts around one [`store`]: the [`contract`] (one handler an operation, routes and bodies from the SDK), the
//! [`runner`] (claims pending runs, runs them, writes their lines, ends them), and what `gateway.toml` declares
//! ([`config`]). [`server`] puts the contract, the console's files and the health check behind one address.

pub mod admin;
pub mod clock;
pub mod commands;
pub mod config;
pub mod contract;
pub mod emulator;
pub mod key;
pub mod logging;
pub mod runner;
pub mod server;
mod shapes;
pub mod warehouse;
