//! Faults that rules cause.

mod body;
mod rule;
mod rules;
mod selected;

pub use rule::Rule;
pub use rules::{ActiveRule, FaultRules, MAX_RULES};
pub use selected::SelectedFaults;
