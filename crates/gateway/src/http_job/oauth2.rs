//! Access tokens by the client credentials grant of OAuth 2.0.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;
use tokio::time::Instant;

use super::client::{EngineClient, RequestBody};
use super::settings::OAuth2Settings;
use super::template::{Template, Variables};
use crate::request_secrets::SecretMask;
use crate::request_secrets::SecretValues;
use crate::request_secrets::encode;

/// The validity of a token whose response does not name it.
const DEFAULT_VALIDITY: Duration = Duration::from_secs(300);
/// A token is renewed this long before it expires, so that it does not expire on its way.
const MARGIN: Duration = Duration::from_secs(60);
/// A token is used at least this long, unless the engine refuses it, so that a very short validity does not cause a request for each
/// poll.
const MIN_USE: Duration = Duration::from_secs(30);

/// A token, and when another one is requested. It has no `Debug`.
pub(super) struct AccessToken {
    pub header: HeaderValue,
    renew_at: Instant,
}

impl AccessToken {
    /// Returns whether the token can still be used.
    pub fn is_current(&self) -> bool {
        Instant::now() < self.renew_at
    }
}

/// Requests a token.
///
/// # Errors
///
/// Fails with the cause, which contains no secret, for the inside of a sentence.
pub(super) async fn request_token(
    client: &EngineClient,
    settings: &OAuth2Settings,
    mask: &mut SecretMask,
) -> Result<AccessToken, String> {
    let secrets = SecretValues::read(settings.secrets()).await.map_err(|error| format!("{error:#}"))?;
    secrets.values().for_each(|secret| mask.add(secret));
    let variables = Variables::default();
    let field =
        |(name, value): &(&str, Template)| format!("{name}={}", encode(&value.render(&variables, &secrets)));
    let body = settings.fields.iter().map(field).collect::<Vec<_>>().join("&");
    let url = settings.token_url.render(&variables, &secrets, &settings.origin);
    let url = url.map_err(|error| format!("{error:#}"))?;
    let mut headers = HeaderMap::new();
    headers.insert("accept", HeaderValue::from_static("application/json"));
    let sent = client.send(Method::POST, url, headers, RequestBody::Form(body)).await;
    let origin = &settings.origin;
    let response =
        sent.map_err(|error| format!("no access token from {origin}: {}", mask.mask(error.cause())))?;
    let document = response.json().await.unwrap_or_default();
    let token = document["access_token"].as_str().unwrap_or_default();
    mask.add_token(token);
    let header = HeaderValue::from_str(&format!("Bearer {token}")).ok();
    let Some(mut header) = header.filter(|_| response.status.is_success() && !token.is_empty()) else {
        // Only these fields: the response may contain anything.
        let reasons = ["error", "error_description"].map(|name| document[name].as_str().unwrap_or_default());
        let reason = mask.mask(reasons.join(" ").trim());
        let colon = if reason.is_empty() { "" } else { ": " };
        return Err(format!(
            "no access token from {origin}, which responded with {}{colon}{reason}",
            response.status
        ));
    };
    header.set_sensitive(true);
    let validity = seconds(&document["expires_in"]).unwrap_or(DEFAULT_VALIDITY);
    let renew_at = Instant::now() + validity.saturating_sub(MARGIN.min(validity / 2)).max(MIN_USE);
    Ok(AccessToken { header, renew_at })
}

/// Returns a number of seconds, which some servers write as a text.
fn seconds(value: &Value) -> Option<Duration> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    // More than a year is as good as forever, and cannot overflow.
    Some(Duration::from_secs(number.min(366 * 86_400)))
}
