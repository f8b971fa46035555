//! The store in a SQLite file, for one node.
//!
//! The file is in WAL mode. One connection writes, and a few connections read without waiting for it. Other crates may add tables
//! of their own ([`SqliteStore::migrate`]).

mod archive;
mod backup;
mod catalog;
mod connection;
mod deletion;
mod executions;
mod file;
mod history;
mod keys;
mod lines;
mod nodes;
mod notifications;
mod organizations;
mod run_requests;
mod runs;
mod schedules;
mod store;
#[cfg(test)]
mod tests;

pub use backup::{ReplacePolicy, RestoredDatabase, back_up, restore};
pub use connection::transaction::WriteTransaction;
pub use file::inspect::{DatabaseContent, inspect};
pub use file::lock::DatabaseLock;
pub use history::PastRun;
pub use store::SqliteStore;
