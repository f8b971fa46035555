//! Behaviors of other servers: settings that change requests before they are routed, and responses before they are sent.

mod bad_text;
mod current;
mod odd_values;
mod replica;
mod request;
mod response;
mod rewrite;
mod settings;

pub use current::CurrentBehavior;
pub use replica::Replicas;
pub use request::{Routing, receive, send};
pub use response::{ResponseContext, apply_behavior, rewrite_error};
pub use settings::{Behavior, Busy, RateLimit};
