//! The settings of TLS.

use std::sync::Arc;

use anyhow::{Context, Result};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::sign::SingleCertAndKey;

use super::certificate::CertificateFiles;

/// The protocol that the gateway speaks within TLS.
const HTTP: &[u8] = b"http/1.1";

/// Returns the settings with the certificate in these files.
///
/// Each certificate has settings of its own: resumed sessions would otherwise go on with an earlier certificate.
///
/// # Errors
///
/// Fails if the files cannot be used.
pub(super) fn load(files: &CertificateFiles) -> Result<Arc<ServerConfig>> {
    let provider = Arc::new(ring::default_provider());
    let certified_key = files.load(&provider)?;
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.context("The TLS library has no protocol versions")?;
    let resolver = Arc::new(SingleCertAndKey::from(certified_key));
    let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
    config.alpn_protocols = vec![HTTP.to_vec()];
    Ok(Arc::new(config))
}
