//! Finds events of runs, stores a notification of each, and delivers the notifications.
//!
//! Every node does this. A notification is in the store before it is sent, so that no end of a node loses one, and the store gives
//! each attempt to one node.

mod announcements;
mod delivery;
mod delivery_error;
mod mail;
mod mail_connection;
mod mail_transaction;
mod missing_runs;
mod receipt;
mod retries;
mod sender;
mod slow_runs;
mod task;
#[cfg(test)]
mod test_gateway;
mod webhook;

pub use delivery_error::DeliveryError;
pub use receipt::Receipt;
pub use sender::Sender;
pub use task::Notifier;
pub(crate) use task::spawn_notifier;
