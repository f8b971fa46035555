//! The browser console of the TimeXtender Jobs API.
//!
//! The console is a set of static files. It renders in the browser and sends its requests to the server that the
//! user enters.
//!
//! * Plain Rust with native tests: [`route`], [`list_options`], [`job_list`], [`history`], [`log`], [`virtual_rows`], [`mod@format`],
//!   [`domain`], [`profile`], [`config`], [`response`], [`snippet`].
//! * User interface primitives: [`dom`] (elements) and [`reactive`] (signals), both thin wrappers around Leptos.
//! * Browser access: [`browser`] (short functions around the web APIs), [`api`] (all requests), [`poll`],
//!   [`load_histories`] and [`follow_run`] (repeated requests), [`state`] (the shared state of the page).
//! * Screens: [`pages`], built from [`components`].

pub mod api;
mod app;
pub mod browser;
mod closure;
pub mod components;
pub mod config;
pub mod dom;
pub mod domain;
mod finder;
pub mod follow_run;
pub mod format;
pub mod history;
pub mod job_list;
pub mod key_store;
pub mod list_options;
pub mod load_histories;
pub mod log;
pub mod notifications;
pub mod order;
pub mod pages;
pub mod poll;
pub mod profile;
pub mod query;
pub mod reactive;
pub mod remembered_keys;
pub mod response;
pub mod route;
pub mod run_view;
pub mod saved_profiles;
pub mod session;
pub mod snippet;
pub mod state;
#[cfg(test)]
mod test_data;
pub mod vault;
pub mod virtual_rows;

pub use app::start;
