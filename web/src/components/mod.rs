//! Components shared by several screens.

mod badge;
mod control_flow;
mod copy_button;
pub mod dialogs;
mod error_note;
mod histories;
mod icon;
pub mod log_view;
mod relay_note;
pub mod shell;
mod time;
mod wait_note;

pub use badge::{OutcomeSquare, Shape, StateBadge, StatusBadge, outcome_shape};
pub use control_flow::{For, Show};
pub use copy_button::CopyButton;
pub use error_note::{ErrorNote, ReconnectButton};
pub use histories::{AllHistories, HistoryProgress, JobsError};
pub use icon::Icon;
pub use time::{DueTime, Time};
pub use wait_note::{PauseNote, WaitNote};
