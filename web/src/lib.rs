//! The browser console of the TimeXtender Jobs API.
//!
//! The console is a set of static files. It renders in the browser and sends its requests to the server that the
//! user enters. It is a Leptos application with client-side rendering.
//!
//! * [`pages`]: a folder for each screen. They are built from [`components`].
//! * [`state`]: what screens share, as contexts. [`tasks`] keep it current in the background.
//! * [`api`]: all requests.
//! * [`profiles`]: servers and API keys.
//! * [`model`] and [`log`]: plain Rust without a browser, with native tests.

#![allow(
    clippy::redundant_closure,
    reason = "Leptos gives one type to the closures that it sees in a view, which makes the console smaller"
)]

pub mod api;
mod app;
pub mod components;
pub mod log;
pub mod model;
pub mod pages;
pub mod profiles;
pub mod state;
pub mod tasks;
#[cfg(test)]
mod test_data;
pub mod text;
pub mod utils;

pub use app::start;
