//! What all requests of the gateway to other servers have in common.

mod builder;
mod cause;
mod excerpt;
mod retry_after;

pub(crate) use builder::{builder, install_tls};
pub(crate) use cause::Cause;
pub(crate) use excerpt::excerpt;
pub(crate) use retry_after::retry_after;
