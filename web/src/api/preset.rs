//! Loads `config.json`.

use std::time::Duration;

use gloo_net::http::RequestBuilder;
use web_sys::RequestCache;

use super::timeout::RequestTimeout;
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
    match response.binary().await {
        Ok(body) if response.ok() => Preset::parse(&body),
        _ => Preset::default(),
    }
}
