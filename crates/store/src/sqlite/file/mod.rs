//! The file of a database: what is in it, its tables, and its lock.

pub(crate) mod inspect;
pub(crate) mod lock;
pub(crate) mod migrations;
pub(crate) mod path;
