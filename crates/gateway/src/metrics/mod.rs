//! Metrics in the text format of Prometheus, on a listener of their own.
//!
//! The `metrics` crate keeps them for the process. Without an address for the listener, nothing is kept.

mod notifications;
mod page;
mod recorder;
mod relay;
mod requests;
mod runs;
mod schedules;
mod server;
mod service;
mod source;
mod store;

pub use notifications::{NotificationOutcome, declare_notifications, record_notification};
pub use relay::{record_poll, record_upstream, record_watch_interval};
pub use requests::record_request;
pub use runs::{FINAL_STATES, RunMetrics};
pub use schedules::{declare_due_times, record_missed_due_times};
pub use service::Metrics;
pub use source::MetricsSource;
