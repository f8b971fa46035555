//! The certificate that new connections use.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Result;
use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

use super::certificate::CertificateFiles;
use super::server_config;
use crate::file_changes::WatchedFiles;
use crate::reload_requests::ReloadRequests;

/// TLS with a certificate that can be replaced. Clones share it.
#[derive(Clone, Debug)]
pub struct Tls {
    files: CertificateFiles,
    watched: WatchedFiles,
    current: Arc<RwLock<Arc<ServerConfig>>>,
}

impl Tls {
    /// Reads a certificate chain and its private key.
    ///
    /// # Errors
    ///
    /// Fails if the files cannot be used. The error names the file and the cause.
    pub fn load(certificate: PathBuf, key: PathBuf) -> Result<Self> {
        let watched = WatchedFiles::new([certificate.clone(), key.clone()]);
        let files = CertificateFiles { certificate, key };
        let current = Arc::new(RwLock::new(server_config::load(&files)?));
        Ok(Self { files, watched, current })
    }

    /// Returns the acceptor of new connections.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Reads the files again whenever they change or a reload is requested.
    pub(crate) async fn reload_forever(mut self, mut requests: ReloadRequests) -> Infallible {
        loop {
            tokio::select! {
                () = self.watched.changed() => {}
                () = requests.next() => self.watched.note_use().await,
            }
            let files = self.files.clone();
            // In the background: a file server may not respond.
            let loaded = tokio::task::spawn_blocking(move || server_config::load(&files)).await;
            match loaded {
                Ok(Ok(config)) => {
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = config;
                    tracing::info!(
                        "new connections use the certificate {}",
                        self.files.certificate.display()
                    );
                }
                Ok(Err(error)) => {
                    tracing::error!(
                        "the certificate was not replaced, and the earlier one stays in use: {error:#}"
                    );
                }
                Err(panic) => tracing::error!(%panic, "the gateway's own code failed at a certificate"),
            }
        }
    }
}
