//! This process as one of the nodes that share a database.

mod identity;
mod label;
mod membership;

pub use identity::{NodeOptions, describe, ended_nodes};
pub use label::parse_label;
pub use membership::Membership;
