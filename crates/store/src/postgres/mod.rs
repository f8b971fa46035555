//! The store in PostgreSQL, for several nodes.
//!
//! Every statement is part of a transaction and is not kept prepared, so that the store works through PgBouncer in transaction
//! mode. Nothing depends on the session: no advisory lock of a session, no setting. Leases and their ends use the time of the
//! database.

mod archive;
mod catalog;
mod coalesced_read;
mod connection;
mod executions;
mod keys;
mod lines;
mod migrations;
mod nodes;
mod notifications;
mod organizations;
mod run_requests;
mod runs;
mod schedules;
mod store;
mod text;

pub use migrations::SchemaState;
pub use store::PostgresStore;
