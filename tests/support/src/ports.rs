//! Ports of the loopback interface.

use std::net::{SocketAddr, TcpListener};
#[cfg(any(unix, feature = "browser"))]
use std::sync::atomic::{AtomicU32, Ordering};

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

/// Returns a free port that the system does not give to other programs by itself, so that it stays free while a server restarts.
///
/// # Panics
///
/// Panics if all such ports are in use.
#[cfg(any(unix, feature = "browser"))]
#[must_use]
pub(crate) fn restartable_port() -> u16 {
    /// Below the ports that Linux, macOS, and Windows choose themselves.
    const FIRST: u32 = 20_000;
    const COUNT: u32 = 12_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Programs that run at the same time start at different ports.
    let first = std::process::id().wrapping_mul(101);
    let mut ports = (0..COUNT).map(|_| {
        let offset = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        u16::try_from(FIRST + offset).unwrap()
    });
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}
