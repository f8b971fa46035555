//! The files in `docs/examples` work with the real gateway, and with the programs that read them.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]
#![cfg(unix)]

mod alerts;
mod arguments;
#[cfg(target_os = "linux")]
mod container;
mod dashboard;
mod files;
mod kubernetes;
mod metric_names;
mod monitoring;
#[cfg(target_os = "linux")]
mod systemd;
