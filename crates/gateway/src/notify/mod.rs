//! Notifications: the channels of the configuration, and what they are told.
//!
//! This module checks and writes texts. The notifier finds the events and delivers the notifications.

mod channel;
mod content;
mod email;
mod event;
mod shared;
mod template;
mod title;
mod webhook;

pub use channel::{Channel, ChannelJob, Filter, NotStarted, Target};
pub use content::Content;
pub use email::{Email, Encryption};
pub use event::EventKind;
pub use shared::{ChannelSet, Notifications};
pub use template::{JsonTemplate, Template, Variable};
pub(crate) use title::shortened;
pub(crate) use webhook::ADDRESSES;
pub use webhook::Webhook;
