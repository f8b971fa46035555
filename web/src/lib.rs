//! The browser console of the TimeXtender Jobs API: static files, rendered in the browser, talking to whatever server
//! its user names.
//!
//! * Plain Rust, tested natively: [`route`], [`jobs_list`], [`history`], [`log`], [`virtual_rows`], [`mod@format`],
//!   [`domain`], [`config`].
//! * The browser: [`browser`] (the DOM in one line each), [`api`] (every request), [`poll`] and [`follow`] (what is
//!   asked for again and again), [`state`] (what the page knows).
//! * The screens: [`pages`], made of [`components`].

// Components take their properties by value: that is how the framework calls them.
#![allow(clippy::needless_pass_by_value, reason = "components own their properties")]

pub mod api;
mod app;
pub mod browser;
pub mod components;
pub mod config;
pub mod domain;
pub mod follow;
pub mod format;
pub mod history;
pub mod jobs_list;
pub mod log;
pub mod pages;
pub mod poll;
pub mod profile;
pub mod route;
pub mod state;
pub mod virtual_rows;

pub use app::{App, start};
