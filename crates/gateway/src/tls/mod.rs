//! TLS of the listener: the certificate, its key, and their replacement while the server runs.

mod certificate;
mod reload;
mod server_config;

pub use reload::Tls;
