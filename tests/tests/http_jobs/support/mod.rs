//! Stand-ins for engines, and gateways with their jobs.

pub mod engine;
pub mod engines;
pub mod guide;
pub mod scene;
pub mod simple_engine;
pub mod stand_in;
