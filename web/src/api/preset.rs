//! Loads `config.json`.

use std::time::Duration;

use gloo_net::http::RequestBuilder;
use txjobs_sdk::Error;
use web_sys::RequestCache;

use super::{body::BodyReader, timeout::RequestTimeout};
use crate::model::config::Preset;

/// Maximum time for loading `config.json`. A host that does not respond must not block the start.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Loads `config.json` from the folder of the page. Returns the default if the file does not exist.
pub async fn load_preset() -> Preset {
    let timeout = RequestTimeout::new(MAX_WAIT);
    let request = RequestBuilder::new("config.json").cache(RequestCache::NoCache);
    let Ok(response) = request.abort_signal(timeout.signal().as_ref()).send().await else {
        return Preset::default();
    };
    if !response.ok() {
        return Preset::default();
    }
    match read(BodyReader::new(response.body(), timeout)).await {
        Ok(Some(body)) => Preset::parse(&body),
        Ok(None) => Preset::too_large(),
        Err(_) => Preset::default(),
    }
}

/// Reads the file. Returns `None` and aborts the request if the file is too large.
async fn read(mut body: BodyReader) -> Result<Option<Vec<u8>>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await? {
        if bytes.len() + chunk.length() as usize > Preset::MAX_BYTES {
            return Ok(None);
        }
        bytes.extend(chunk.to_vec());
    }
    Ok(Some(bytes))
}
