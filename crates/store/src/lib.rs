//! Stores organizations, API keys, jobs, nodes, runs, and log lines, in a SQLite file or in PostgreSQL.
//!
//! [`Store`] says what a store does, a trait for each subject. [`SqliteStore`] and [`PostgresStore`] do it. All SQL of these tables
//! is in this crate, one subject per file.

mod archive;
mod catalog;
mod database;
mod error;
mod executions;
mod identifiers;
mod keys;
mod lines;
pub mod log_id;
mod nodes;
mod notifications;
mod organizations;
mod postgres;
mod retention;
mod run;
mod run_requests;
mod runs;
mod schedules;
pub mod sqlite;
mod store;
pub mod time;

pub use archive::{ArchiveStore, ArchivedRun, LineBatches};
pub use catalog::{Catalog, CatalogStore, Key, UnfinishedJobs};
pub use database::Database;
pub use error::{Error, ErrorKind, Result};
pub use executions::{Execution, ExecutionStore, Selection};
pub use identifiers::{KeyHash, KeyId, NodeId, OrganizationId};
pub use keys::{AddKeyOutcome, KeyEntry, KeyStore, MAX_KEYS, NewKey, Scope, Scopes};
pub use lines::{Line, LinePage, LineStore, StoredLine};
pub use nodes::{Heartbeat, Node, NodeInfo, NodeStore};
pub use notifications::{
    ChannelState, CheckState, DeclaredChannel, LatestTimes, LogSummary, NewNotification, Notification,
    NotificationStore, NotifiedRun, StartCheck,
};
pub use organizations::{Job, Organization, OrganizationStore};
pub use postgres::{PostgresStore, SchemaState};
pub use retention::Retention;
pub use run::Run;
pub use runs::{BusyPolicy, CancelOutcome, Claim, ClaimedRun, OrphanedRun, RunResult, RunStore};
pub use schedules::{
    DeclaredSchedule, ScheduleState, ScheduleStore, ScheduledStart, StartOutcome, StartReason,
};
pub use sqlite::SqliteStore;
pub use store::{SharedStore, Store};
