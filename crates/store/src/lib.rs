//! Stores organizations, API keys, jobs, runs, and log lines in SQLite.
//!
//! The database is one file in WAL mode. One connection writes, and a few connections read without waiting for it. All SQL of
//! these tables is in this crate, one subject per file. Other crates may add tables of their own ([`Store::migrate`]).

mod catalog;
mod changes;
mod deletion;
mod demo_key;
mod error;
mod executions;
mod file;
mod history;
mod identifiers;
mod inspect;
mod keys;
mod lines;
mod lock;
pub mod log_id;
mod migrations;
mod organizations;
mod outcomes;
mod run_requests;
mod runs;
mod store;
#[cfg(test)]
mod tests;
pub mod time;
mod transaction;
mod writer;

pub use catalog::{Catalog, UnfinishedJobs};
pub use error::{Error, ErrorKind, Result};
pub use executions::{Execution, Selection};
pub use file::parse_database_path;
pub use history::PastRun;
pub use identifiers::{KeyHash, OrganizationId};
pub use inspect::{DatabaseContent, inspect};
pub use keys::{AddKeyOutcome, KeyEntry, MAX_KEYS};
pub use lines::{Line, LinePage, StoredLine};
pub use lock::DatabaseLock;
pub use organizations::{Job, Organization};
pub use run_requests::BusyPolicy;
pub use runs::{CancelOutcome, Run, RunResult};
pub use store::Store;
pub use transaction::WriteTransaction;
