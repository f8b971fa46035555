//! The TLS handshake of a new connection.

use std::future::poll_fn;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::activity::Activity;
use super::discard::discard;
use super::stream::ClientStream;

/// The response to a request without TLS, which no client could read within TLS.
const PLAIN_HTTP_RESPONSE: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\
    content-type: text/plain; charset=utf-8\r\n\
    content-length: 42\r\n\
    connection: close\r\n\r\n\
    This port uses TLS. Begin with https://...";

impl<S: ClientStream> ClientStream for TlsStream<S> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0.socket()
    }

    fn extensions(&self) -> axum::http::Extensions {
        self.get_ref().0.extensions()
    }
}

/// Returns the encrypted stream, or `None` if the connection ended before. The timeout of a request's head applies.
pub(super) async fn handshake<S: ClientStream>(
    acceptor: TlsAcceptor,
    stream: S,
    activity: &Activity,
) -> Option<TlsStream<S>> {
    tokio::select! {
        stream = accept(acceptor, stream) => stream,
        _ = poll_fn(|context| activity.poll_close(context)) => None,
    }
}

async fn accept<S: ClientStream>(acceptor: TlsAcceptor, mut stream: S) -> Option<TlsStream<S>> {
    let mut first = [0];
    let count = stream.socket().peek(&mut first).await.ok()?;
    // The first byte of a handshake is not a letter, and that of an HTTP method is.
    if count > 0 && first[0].is_ascii_alphabetic() {
        stream.write_all(PLAIN_HTTP_RESPONSE).await.ok()?;
        discard(stream).await;
        return None;
    }
    match acceptor.accept(stream).await {
        Ok(stream) => Some(stream),
        Err(error) => {
            // An error of a handshake concerns its client only.
            tracing::debug!("a TLS handshake failed: {error}");
            None
        }
    }
}
