//! Passes the operations of the contract on to another service, for browsers that its CORS keeps out.
//!
//! A relay connects to one service, which the configuration names. It sends it the operations of the contract and nothing else:
//! the path, the query and the headers are written anew from what was understood. What passes is archived, and the relay can poll
//! the service ([`Watch`]).

mod access;
mod archive;
mod body;
mod caller_request;
mod callers;
mod error;
mod exchange;
mod key_mask;
mod outline;
mod routes;
mod service;
mod upstream;
mod upstream_key;
mod watch;

pub use access::Access;
pub use archive::Archive;
pub use callers::Callers;
pub use routes::relay_router;
pub use service::Relay;
pub use upstream::Upstream;
pub use upstream_key::HeldKey;
pub use watch::Watch;
