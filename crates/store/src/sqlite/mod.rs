//! The store in a SQLite file, for one node.
//!
//! The file is in WAL mode. One connection writes, and a few connections read without waiting for it. Other crates may add tables
//! of their own ([`SqliteStore::migrate`]).
//!
//! Statements about unfinished runs name their index (`INDEXED BY executions_unfinished`) and its condition (`state < 2`). The file
//! has no statistics, and without them SQLite prefers to read all runs of a job or a node, or of the database in their order.

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
