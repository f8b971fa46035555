//! The header `Retry-After` in both of its forms.

use std::time::{Duration, SystemTime};

use axum::http::HeaderValue;
use serde::{Deserialize, Serialize};

use txjobs_gateway::clock::{Micros, micros};

/// The times that an HTTP date can express, in seconds: from 1970 to the end of 9999.
const HTTP_DATES: std::ops::RangeInclusive<i64> = 0..=253_402_300_799;

/// The form of the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfterForm {
    /// A number of seconds.
    #[default]
    Seconds,
    /// An HTTP date.
    Date,
}

impl RetryAfterForm {
    /// Returns the value of the header. The wait is rounded up to whole seconds.
    pub fn value(self, wait: Duration, now: Micros) -> HeaderValue {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        match self {
            Self::Seconds => HeaderValue::from(seconds),
            Self::Date => http_date(now.saturating_add(micros(Duration::from_secs(seconds)))),
        }
    }
}

/// Returns a time as an HTTP date. It is rounded up to whole seconds, so that no client retries too early.
pub fn http_date(time: Micros) -> HeaderValue {
    let seconds = (time + 999_999).div_euclid(1_000_000).clamp(*HTTP_DATES.start(), *HTTP_DATES.end());
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs());
    HeaderValue::try_from(httpdate::fmt_http_date(time)).expect("an HTTP date is ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_is_written_in_both_forms() {
        let now = 1_773_453_602_117_000;
        let value = |form: RetryAfterForm, millis| {
            form.value(Duration::from_millis(millis), now).to_str().unwrap().to_owned()
        };
        assert_eq!(value(RetryAfterForm::Seconds, 29_001), "30");
        assert_eq!(value(RetryAfterForm::Date, 30_000), "Sat, 14 Mar 2026 02:00:33 GMT");
        assert_eq!(http_date(i64::MIN / 2), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(i64::MAX / 2), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
