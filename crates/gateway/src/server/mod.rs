//! Everything at the gateway's address: the contract, its reference page, the health check and the console's files.

pub mod connections;
mod console;
mod health;
mod loopback;
pub mod open_files;
mod options;
mod page_config;
mod reference;
mod router;
mod trace;

pub(crate) use health::health_router;
pub use loopback::is_loopback_request;
pub use options::{NoCompression, RelayedService, ServerOptions};
pub use reference::{Reference, reference_router};
pub use router::{pages, router, with_compression_and_trace};
