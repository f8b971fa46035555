//! Notifications of a real gateway, which recording servers receive.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]
#![cfg(unix)]

mod dead_servers;
mod events;
mod guide;
mod hanging_network;
mod kills;
mod mail;
mod mail_server;
mod nodes;
mod receiver;
mod relay;
mod reload;
mod secrets;
