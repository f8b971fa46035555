//! Serves connections, limits their number, and closes those that exceed a timeout.
//!
//! `axum::serve` has no timeouts and no limit, so that idle clients could use up every file descriptor of the process. Each
//! connection notes its state (`activity`). One task checks all of them, so that requests need no timers.

mod activity;
mod discard;
mod handshake;
mod limits;
mod request;
mod serve;
mod stream;

pub use limits::ConnectionLimits;
pub use serve::serve;
pub use stream::ClientStream;
