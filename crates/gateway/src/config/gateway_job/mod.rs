//! A job of the gateway's configuration file, which runs a command or starts work in another engine.

mod command;
mod command_keys;
mod common;
mod engine;
mod standard_error_label;
mod table;

pub use table::GatewayJob;
