//! The end of a connection whose client still sends.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::stream::ClientStream;

/// The maximum time and size of data that is still read before the connection is closed.
const MAX_LINGER_TIME: Duration = Duration::from_secs(1);
const MAX_LINGER_BYTES: usize = 1024 * 1024;

/// Reads on for a moment: closing a socket with unread data resets it, and the client may lose the last response.
pub(super) async fn discard(mut stream: impl ClientStream) {
    let _ = stream.shutdown().await;
    let mut buffer = vec![0; 16 * 1024];
    let mut left = MAX_LINGER_BYTES;
    let read = async {
        while left > 0 {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(count) => left = left.saturating_sub(count),
            }
        }
    };
    let _ = tokio::time::timeout(MAX_LINGER_TIME, read).await;
}
