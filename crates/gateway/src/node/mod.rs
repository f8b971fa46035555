//! This process as one of the nodes that share a database.

mod identity;
mod membership;

pub use identity::{NodeOptions, describe, ended_nodes};
pub use membership::Membership;
