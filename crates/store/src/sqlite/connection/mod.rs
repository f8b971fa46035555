//! The connections to a database file.

pub(crate) mod changes;
pub(crate) mod outcomes;
pub(crate) mod transaction;
pub(crate) mod writer;
