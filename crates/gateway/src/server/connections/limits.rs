//! The limits of connections.

use std::time::Duration;

/// Limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// The most connections that are served at the same time. With more, idle ones are closed, then new ones wait.
    pub max_connections: usize,
    /// The longest time for the head of a request, from its first byte on, or from the start of a connection.
    pub header_timeout: Duration,
    /// The longest time for the body of a request.
    pub body_timeout: Duration,
    /// The longest time between two requests on a connection.
    pub idle_timeout: Duration,
    /// The longest time in which a client reads nothing of its response.
    pub write_timeout: Duration,
}
