//! Certificates, and clients with TLS that the test controls byte by byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use txjobs_test_support::connection::request_head;
use txjobs_test_support::{MAX_WAIT, TestServer};

/// A certificate that certifies itself, and its key.
#[derive(Clone, Debug)]
pub struct TestCertificate {
    pub der: CertificateDer<'static>,
    pub certificate_pem: String,
    pub key_pem: String,
}

impl TestCertificate {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.self_signed(&key).unwrap();
        let (certificate_pem, key_pem) = (certificate.pem(), key.serialize_pem());
        Self { der: certificate.der().clone(), certificate_pem, key_pem }
    }

    /// Writes `tls.crt` and `tls.key` into a folder.
    pub fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("tls.crt"), &self.certificate_pem).unwrap();
        std::fs::write(folder.join("tls.key"), &self.key_pem).unwrap();
    }
}

/// Returns the settings of a client that trusts these certificates.
pub fn client_config(trusted: &[&TestCertificate]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in trusted {
        roots.add(certificate.der.clone()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

/// A connection with TLS.
pub struct TlsConnection {
    pub reader: BufReader<StreamOwned<ClientConnection, TcpStream>>,
}

impl TlsConnection {
    /// Connects and ends the handshake.
    pub fn open(server: &TestServer, config: &Arc<ClientConfig>) -> Self {
        Self::with_stream(TcpStream::connect(server.socket_address()).unwrap(), config)
    }

    /// Ends the handshake on a connection.
    pub fn with_stream(mut stream: TcpStream, config: &Arc<ClientConfig>) -> Self {
        stream.set_read_timeout(Some(MAX_WAIT)).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut client = ClientConnection::new(Arc::clone(config), name).unwrap();
        while client.is_handshaking() {
            client.complete_io(&mut stream).unwrap();
        }
        Self { reader: BufReader::new(StreamOwned::new(client, stream)) }
    }

    pub fn client(&self) -> &ClientConnection {
        &self.reader.get_ref().conn
    }

    /// Returns the certificate of the server.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.client().peer_certificates().unwrap()[0].clone()
    }

    /// Sends a GET with the server's key, and these headers.
    pub fn send_get(&mut self, server: &TestServer, path: &str, headers: &str) {
        let request = format!("{}{headers}\r\n", request_head(server, "GET", path));
        self.reader.get_mut().write_all(request.as_bytes()).unwrap();
    }

    /// Sends a GET with the server's key, and returns the status and the body of the response.
    pub fn get(&mut self, server: &TestServer, path: &str) -> (u16, String) {
        self.send_get(server, path, "");
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.reader.read_line(&mut head).unwrap() > 0, "the connection ended after {head:?}");
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.reader.read_exact(&mut body).unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), String::from_utf8(body).unwrap())
    }
}
