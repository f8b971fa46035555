//! The browser console of the TimeXtender Jobs API: static files, rendered in the browser, talking to whatever server
//! its user names.
//!
//! * Plain Rust, tested natively: [`route`], [`jobs_list`], [`history`], [`log`], [`virtual_rows`], [`mod@format`],
//!   [`domain`], [`config`], [`answer`], [`snippet`].
//! * What the screens are made with: [`dom`] (elements) and [`reactive`] (signals), thin hulls over Leptos.
//! * The browser: [`browser`] (the DOM in one line each), [`api`] (every request), [`poll`], [`load_histories`] and
//!   [`follow`] (what is asked for again and again), [`state`] (what the page knows).
//! * The screens: [`pages`], made of [`components`].

pub mod answer;
pub mod api;
mod app;
pub mod browser;
mod closure;
pub mod components;
pub mod config;
pub mod dom;
pub mod domain;
mod finder;
pub mod follow;
pub mod format;
pub mod history;
pub mod jobs_list;
pub mod keyring;
pub mod load_histories;
pub mod log;
pub mod order;
pub mod pages;
pub mod poll;
pub mod profile;
pub mod reactive;
pub mod route;
pub mod snippet;
pub mod state;
pub mod tell;
pub mod vault;
pub mod virtual_rows;

pub use app::start;
