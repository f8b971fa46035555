//! The connection to a mail server. Only a limited number of bytes is read: the crate keeps a line without an end in memory.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::Result;
#[expect(deprecated, reason = "the crate has no other way to encrypt a given stream from its start")]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, join};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_util::compat::FuturesAsyncReadCompatExt;

/// The most bytes that are read. A delivery needs a few thousand, most of them for certificates.
const MAX_BYTES: u64 = 256 * 1024;
/// The longest time for one address of the server, so that the next one gets its turn within the limit of a delivery.
const MAX_CONNECT_TIME: Duration = Duration::from_secs(4);

/// Connects, with TLS from the start if there are parameters.
///
/// # Errors
///
/// Fails if there is no connection, or if the server does not greet.
pub(super) async fn connect(
    host: &str,
    port: u16,
    tls: Option<TlsParameters>,
    hello: &ClientId,
) -> Result<AsyncSmtpConnection> {
    let tcp = connect_tcp(host, port).await?;
    let peer = tcp.peer_addr()?;
    let (reader, writer) = tcp.into_split();
    let stream = Box::new(MailStream { stream: join(reader.take(MAX_BYTES), writer), peer });
    let stream: Box<dyn AsyncTokioStream> = match tls {
        None => stream,
        Some(tls) => {
            #[expect(deprecated, reason = "as above")]
            let mut encrypted = AsyncNetworkStream::use_existing_tokio1(stream);
            encrypted.upgrade_tls(tls).await?;
            Box::new(MailStream { stream: encrypted.compat(), peer })
        }
    };
    Ok(AsyncSmtpConnection::connect_with_transport(stream, hello).await?)
}

async fn connect_tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut failed = io::Error::other("the host has no address");
    for address in lookup_host((host, port)).await? {
        match timeout(MAX_CONNECT_TIME, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = error,
            Err(_) => failed = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(failed)
}

/// A stream with the address of its peer, which the crate asks for.
#[derive(Debug)]
struct MailStream<S> {
    stream: S,
    peer: SocketAddr,
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + Debug> AsyncTokioStream for MailStream<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MailStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for MailStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
