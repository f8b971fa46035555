//! Reads and checks a certificate and its private key.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, ensure};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};

/// The files of a certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub(super) struct CertificateFiles {
    /// The certificate of the server, followed by those that certify it.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl CertificateFiles {
    /// Reads both files. A certificate that has expired is only a warning, because it can be replaced.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be read or used, or if the key does not belong to the certificate. The error contains nothing of the
    /// key.
    pub fn load(&self, provider: &CryptoProvider) -> Result<CertifiedKey> {
        let chain = read_chain(&self.certificate)?;
        warn_of_validity(&self.certificate, &chain[0]);
        let key = read_key(&self.key)?;
        let (certificate_path, key_path) = (self.certificate.display(), self.key.display());
        CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
            TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => anyhow!(
                "The key {key_path} does not belong to the certificate {certificate_path}, or the first certificate of the file \
                 is not that of the server"
            ),
            TlsError::InvalidCertificate(_) => {
                anyhow!("The certificate {certificate_path} cannot be used: {error}")
            }
            _ => anyhow!(
                "The key {key_path} cannot be used: {error}. Use an RSA key of 2048 bits or more, an ECDSA key on P-256 or \
                 P-384, or an Ed25519 key"
            ),
        })
    }
}

fn read(path: &Path, option: &str) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("The file {} of {option} cannot be read", path.display()))
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let pem = read(path, "--tls-certificate")?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let shown = path.display();
    let chain = chain.with_context(|| format!("The certificate {shown} is not valid PEM"))?;
    ensure!(
        !chain.is_empty(),
        "The file {shown} has no certificate. --tls-certificate needs a PEM file with \"-----BEGIN CERTIFICATE-----\": the \
         certificate of the server first, then the intermediate ones"
    );
    Ok(chain)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let pem = read(path, "--tls-key")?;
    let is_encrypted = pem.windows(ENCRYPTED.len()).any(|part| part == ENCRYPTED);
    ensure!(
        !is_encrypted,
        "The key {} is encrypted. Decrypt it with `openssl pkey -in FILE -out FILE`, and let only the gateway read it",
        path.display()
    );
    PrivateKeyDer::from_pem_slice(&pem).map_err(|error| match error {
        PemError::NoItemsFound => anyhow!(
            "The file {} has no private key. --tls-key needs a PEM file with \"-----BEGIN PRIVATE KEY-----\"",
            path.display()
        ),
        // The text of other errors may contain a part of the file.
        _ => anyhow!("The key {} is not valid PEM", path.display()),
    })
}

/// How the PEM formats mark an encrypted key.
const ENCRYPTED: &[u8] = b"ENCRYPTED";

/// Logs a certificate that is not valid at this time.
fn warn_of_validity(path: &Path, certificate: &CertificateDer<'_>) {
    let Ok((_, parsed)) = x509_parser::parse_x509_certificate(certificate) else { return };
    let validity = parsed.validity();
    let path = path.display();
    if validity.not_after < x509_parser::time::ASN1Time::now() {
        let date = date(validity.not_after.timestamp());
        tracing::warn!("the certificate {path} expired at {date}, and clients refuse it. Replace the file");
    } else if validity.not_before > x509_parser::time::ASN1Time::now() {
        let date = date(validity.not_before.timestamp());
        tracing::warn!(
            "the certificate {path} is valid only from {date} on, and clients refuse it until then"
        );
    }
}

fn date(timestamp: i64) -> impl std::fmt::Display {
    let since_epoch = Duration::from_secs(timestamp.try_into().unwrap_or_default());
    let time: SystemTime = UNIX_EPOCH + since_epoch;
    humantime::format_rfc3339_seconds(time)
}
