//! Components shared by several screens.

mod badge;
mod duration_chart;
mod icon;
pub mod log_bar;
mod log_detail;
mod log_export;
mod log_input;
mod log_map;
mod log_place;
mod log_print;
mod log_row;
mod log_said;
mod log_search;
pub mod log_view;
mod palette;
mod profiles;
mod question;
mod run_many;
mod time;
mod top_bar;
mod trouble;

pub use badge::{Shape, outcome_shape, outcome_square, state_badge, status_badge};
pub use duration_chart::duration_chart;
pub use icon::icon;
pub use log_detail::log_detail;
pub use log_print::log_print;
pub use palette::{open, palette};
pub use profiles::profiles;
pub use question::{production, question};
pub use run_many::run_many;
pub use time::when;
pub use top_bar::top_bar;
pub use trouble::{reconnect, trouble_note};
