//! Ports of the loopback interface.

use std::net::{SocketAddr, TcpListener};

/// Listens on a free port.
#[must_use]
pub fn free_port() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Returns an address at which no program listens.
#[must_use]
pub fn closed_address() -> SocketAddr {
    free_port().1
}
