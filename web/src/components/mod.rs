//! What several screens are made of.

mod badge;
mod duration_chart;
mod erased;
mod icon;
pub mod log_bar;
pub mod log_view;
mod question;
mod time;
mod top_bar;
mod trouble;

pub use badge::{Shape, outcome_shape, outcome_square, state_badge, status_badge};
pub use duration_chart::DurationChart;
pub use erased::{effect, press, while_};
pub use icon::icon;
pub use question::Question;
pub use time::when;
pub use top_bar::TopBar;
pub use trouble::{TroubleNote, reconnect};
