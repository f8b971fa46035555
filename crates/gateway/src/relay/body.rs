//! The body of a response, passed on while it arrives.

use std::io::Write;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::stream;
use reqwest::Response;
use tempfile::SpooledTempFile;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};
use txjobs_sdk::ApiKey;

use super::key_mask::KeyMask;
use super::upstream::UpstreamResponse;

/// The longest body that is archived from memory. A longer one goes through a temporary file.
const MAX_MEMORY: usize = 256 * 1024;
/// The longest time for a body, whether the service or the caller is slow: it occupies one of the few places for requests.
const MAX_BODY_TIME: Duration = Duration::from_secs(15 * 60);

/// A body of the service, without the key.
#[derive(Debug)]
pub(super) struct RelayedBody {
    response: Response,
    mask: KeyMask,
    left: u64,
    copy: Option<SpooledTempFile>,
    /// Whether the body has been read completely.
    is_complete: bool,
    /// When a body that is still incomplete ends early.
    deadline: Instant,
    _permit: OwnedSemaphorePermit,
}

/// Why a body ended early.
#[derive(Debug)]
pub(super) enum BodyError {
    /// It is larger than allowed.
    TooLarge,
    /// It takes too long altogether.
    TooSlow,
    /// The connection ended, or there was no byte for too long.
    Interrupted(reqwest::Error),
}

impl std::fmt::Display for BodyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLarge => f.write_str("it is larger than max_response_mb"),
            Self::TooSlow => f.write_str("it took longer than 15 minutes"),
            Self::Interrupted(error) if error.is_timeout() => f.write_str("nothing arrived for too long"),
            Self::Interrupted(_) => f.write_str("the connection ended"),
        }
    }
}

impl std::error::Error for BodyError {}

impl RelayedBody {
    /// `key` is removed from the body.
    pub fn new(response: UpstreamResponse, key: &ApiKey, max_bytes: u64) -> Self {
        let UpstreamResponse { response, permit } = response;
        let mask = KeyMask::new(key);
        let deadline = Instant::now() + MAX_BODY_TIME;
        Self { response, mask, left: max_bytes, copy: None, is_complete: false, deadline, _permit: permit }
    }

    /// Makes a copy of the body.
    pub fn with_copy(mut self) -> Self {
        self.copy = Some(SpooledTempFile::new(MAX_MEMORY));
        self
    }

    /// Returns the next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        while !self.is_complete {
            let chunk = timeout_at(self.deadline, self.response.chunk()).await;
            let bytes = match chunk.map_err(|_| BodyError::TooSlow)?.map_err(BodyError::Interrupted)? {
                Some(bytes) => {
                    self.left = self.left.checked_sub(bytes.len() as u64).ok_or(BodyError::TooLarge)?;
                    self.mask.mask(bytes)
                }
                None => {
                    self.is_complete = true;
                    self.mask.finish()
                }
            };
            if !bytes.is_empty() {
                self.add_to_copy(&bytes);
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Reads the whole body.
    pub async fn read(mut self) -> Result<Vec<u8>, BodyError> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }

    /// Reads the whole body into its copy, and returns it. `None`: the copy failed.
    pub async fn read_copy(mut self) -> Result<Option<SpooledTempFile>, BodyError> {
        while self.next().await?.is_some() {}
        Ok(self.copy)
    }

    /// Returns the body for a caller. Calls `complete` with the copy when the whole body has passed. A body that ends early is
    /// aborted, so that no caller takes a part for the whole.
    pub fn into_body(self, complete: impl FnOnce(SpooledTempFile) + Send + 'static) -> Body {
        Body::from_stream(stream::try_unfold((self, Some(complete)), async |(mut body, mut complete)| {
            let bytes = body.next().await;
            let bytes =
                bytes.inspect_err(|error| tracing::warn!("a response of the service broke off: {error}"))?;
            if bytes.is_none()
                && let (Some(copy), Some(complete)) = (body.copy.take(), complete.take())
            {
                complete(copy);
            }
            Ok::<_, BodyError>(bytes.map(|bytes| (bytes, (body, complete))))
        }))
    }

    /// The copy is written to memory, or to the cache of the file system, which takes microseconds.
    fn add_to_copy(&mut self, bytes: &[u8]) {
        let written = self.copy.as_mut().map_or(Ok(()), |copy| copy.write_all(bytes));
        if let Err(error) = written {
            tracing::error!("a response cannot be archived: a temporary file cannot be written: {error}");
            self.copy = None;
        }
    }
}
