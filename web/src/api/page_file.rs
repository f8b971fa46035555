//! Loads files from the folder of the page.

use std::time::Duration;

use gloo_net::http::{RequestBuilder, Response};
use txjobs_sdk::Error;
use web_sys::RequestCache;

use super::{body::BodyReader, timeout::RequestTimeout};

/// Maximum time for loading a file. A host that does not respond must not block the start.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// A loaded file.
#[derive(Debug)]
pub(super) enum PageFile {
    Loaded(Vec<u8>),
    /// The file has more than the allowed bytes, and the request was aborted.
    TooLarge,
    /// The file does not exist, or could not be loaded.
    Missing,
}

impl PageFile {
    /// Loads a file of at most `max_bytes`.
    pub(super) async fn load(path: &str, max_bytes: usize) -> Self {
        let timeout = RequestTimeout::new(MAX_WAIT);
        let request = RequestBuilder::new(path).cache(RequestCache::NoCache);
        let response = request.abort_signal(timeout.signal().as_ref()).send().await;
        let Some(response) = response.ok().filter(Response::ok) else { return Self::Missing };
        match read(BodyReader::new(response.body(), timeout), max_bytes).await {
            Ok(Some(bytes)) => Self::Loaded(bytes),
            Ok(None) => Self::TooLarge,
            Err(_) => Self::Missing,
        }
    }
}

/// Reads a body. Returns `None` if it is too large.
async fn read(mut body: BodyReader, max_bytes: usize) -> Result<Option<Vec<u8>>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await? {
        if bytes.len() + chunk.length() as usize > max_bytes {
            return Ok(None);
        }
        bytes.extend(chunk.to_vec());
    }
    Ok(Some(bytes))
}
