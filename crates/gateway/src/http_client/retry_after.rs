//! How long a server asks to wait.

use std::time::{Duration, SystemTime};

use axum::http::header::{DATE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName};
use txjobs_sdk::{RetryAfter, Timestamp};

/// Returns the time of `Retry-After`, in either form, measured by the server's clock where it gives one.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let after = RetryAfter::parse(text(RETRY_AFTER)?)?;
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_unix(i64::try_from(since_epoch.as_secs()).unwrap_or_default(), 0);
    Some(after.relative_to_server_date(text(DATE)).delay(now))
}
