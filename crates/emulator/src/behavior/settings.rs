//! The settings of a behavior: how a server responds where the vendor's article does not say it.

use axum::http::HeaderName;
use serde::{Deserialize, Serialize};

use txjobs_gateway::key;

use crate::error_body::ErrorBody;
use crate::retry_after::RetryAfterForm;
use crate::skew::Skew;
use crate::span::Span;
use crate::validation::{ensure_within, not_null};

/// The settings. The defaults are the behavior of the gateway. `admin.yaml` describes each setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Behavior {
    pub prefix: String,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub key_header: Option<String>,
    pub extensions: bool,
    pub casing: Casing,
    pub times: Times,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub fraction_digits: Option<u8>,
    pub execute_status: u16,
    pub errors: ErrorBody,
    pub busy: Busy,
    pub pending_logs: PendingLogs,
    pub unknown_trigger: UnknownTrigger,
    pub unknown_job: u16,
    pub invalid_key: u16,
    pub order: Order,
    pub repeats: bool,
    pub late_lines: Span,
    pub numbers: Numbers,
    pub fields: Fields,
    pub empty_arrays: EmptyArrays,
    pub cors: bool,
    #[serde(deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    pub start_delay: Span,
    pub clock_skew: Skew,
    pub bad_text: BadText,
    pub log_ids: LogIds,
    pub id_format: IdFormat,
    pub number_format: NumberFormat,
    pub replica_lag: Span,
    pub echo_key: bool,
}

/// Defines settings that have one of several names.
macro_rules! named_settings {
    ($($(#[$doc:meta])* $name:ident: $default:ident $(, $other:ident)*;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(rename_all = "camelCase")]
            pub enum $name {
                #[default]
                $default,
                $($other,)*
            }
        )*
    };
}

named_settings! {
    /// The case of property names.
    Casing: Pascal, Camel;
    /// The format of times.
    Times: Utc, Offset, NoZone, Null, Empty, Missing;
    /// The response to an execute request for a job that is pending or running.
    Busy: Conflict, BadRequest, Queue;
    /// The response to a request for the log of a pending run.
    PendingLogs: Empty, NotFound, Created;
    /// The response to a request for the log of an unknown trigger id.
    UnknownTrigger: Empty, NotFound;
    /// The order of executions and lines.
    Order: Time, Reversed, Shuffled;
    /// Whether states, statuses, and severities have the numbers of the contract.
    Numbers: Known, Unknown;
    /// The properties of objects.
    Fields: Usual, More, Fewer;
    /// The format of empty arrays.
    EmptyArrays: Array, Null;
    /// The invalid characters at the end of job names and messages.
    BadText: None, UnpairedSurrogates, InvalidUtf8;
    /// The ids of log lines.
    LogIds: Unique, Changing, Identical, Missing, Null;
    /// The format of ids.
    IdFormat: Hyphens, Digits, Braces, Parentheses, UpperCase;
    /// The format of states, statuses, and severities.
    NumberFormat: Integer, String, Float, Name;
}

/// The maximum number of requests in a period. Further requests get 429.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimit {
    pub requests: u32,
    pub per: Span,
    #[serde(default)]
    pub retry_after: RetryAfterForm,
}

impl Default for Behavior {
    fn default() -> Self {
        Self {
            prefix: String::new(),
            key_header: None,
            extensions: true,
            casing: Casing::default(),
            times: Times::default(),
            fraction_digits: None,
            execute_status: 200,
            errors: ErrorBody::default(),
            busy: Busy::default(),
            pending_logs: PendingLogs::default(),
            unknown_trigger: UnknownTrigger::default(),
            unknown_job: 404,
            invalid_key: 401,
            order: Order::default(),
            repeats: false,
            late_lines: Span::default(),
            numbers: Numbers::default(),
            fields: Fields::default(),
            empty_arrays: EmptyArrays::default(),
            cors: true,
            rate_limit: None,
            start_delay: Span::default(),
            clock_skew: Skew::default(),
            bad_text: BadText::default(),
            log_ids: LogIds::default(),
            id_format: IdFormat::default(),
            number_format: NumberFormat::default(),
            replica_lag: Span::default(),
            echo_key: false,
        }
    }
}

impl Behavior {
    /// Checks the values.
    ///
    /// # Errors
    ///
    /// Fails with a sentence that names the invalid setting.
    pub fn check(&self) -> Result<(), String> {
        ensure_within(
            "prefix",
            is_valid_prefix(&self.prefix),
            "up to five segments like /tenant/api, without a slash at the end",
        )?;
        let header = self.key_header.as_deref();
        ensure_within(
            "keyHeader",
            header.is_none_or(is_valid_header),
            "the name of a request header that HTTP does not use itself",
        )?;
        ensure_within(
            "fractionDigits",
            self.fraction_digits.is_none_or(|digits| digits <= 9),
            "from 0 to 9",
        )?;
        let has_times = !matches!(self.times, Times::Null | Times::Empty | Times::Missing);
        ensure_within(
            "fractionDigits",
            has_times || self.fraction_digits.is_none(),
            "omitted if times is null, empty, or missing",
        )?;
        ensure_within("executeStatus", [200, 201, 202].contains(&self.execute_status), "200, 201 or 202")?;
        ensure_within("unknownJob", [404, 400].contains(&self.unknown_job), "404 or 400")?;
        ensure_within("invalidKey", [401, 403].contains(&self.invalid_key), "401 or 403")?;
        let requests = self.rate_limit.is_none_or(|limit| (1..=1_000_000).contains(&limit.requests));
        ensure_within("requests", requests, "from 1 to 1000000")?;
        let has_time = self.rate_limit.is_none_or(|limit| !limit.per.0.is_zero());
        ensure_within("per", has_time, "longer than 0s, because a rate limit needs a length of time")
    }

    /// Returns the header that carries the key, if it is not the configured one.
    pub fn other_key_header(&self) -> Option<HeaderName> {
        self.key_header.as_deref().and_then(|name| HeaderName::try_from(name).ok())
    }

    /// Returns whether some responses show an earlier state.
    pub(super) fn has_replica_lag(&self) -> bool {
        !self.replica_lag.0.is_zero()
    }

    /// Returns whether the extension `after` is reliable: a client that has a line has all lines before it, and a final
    /// state appears after its last line.
    pub(super) fn is_after_reliable(&self) -> bool {
        self.late_lines.0.is_zero() && self.log_ids == LogIds::Unique && !self.has_replica_lag()
    }

    /// Returns whether the bodies of responses are rewritten. Rewritten responses have no `ETag`.
    pub fn rewrites_bodies(&self) -> bool {
        let default = Self::default();
        self.casing != default.casing
            || self.times != default.times
            || self.fraction_digits.is_some()
            || self.order != default.order
            || self.repeats
            || !self.late_lines.0.is_zero()
            || self.numbers != default.numbers
            || self.fields != default.fields
            || self.empty_arrays != default.empty_arrays
            || self.bad_text != default.bad_text
            || self.log_ids != default.log_ids
            || self.id_format != default.id_format
            || self.number_format != default.number_format
            || self.has_replica_lag()
    }
}

fn is_valid_prefix(prefix: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    // Clients that normalize URLs resolve a segment of dots.
    let is_segment = |segment: &str| {
        (1..=50).contains(&segment.len())
            && segment.as_bytes()[0].is_ascii_alphanumeric()
            && segment.bytes().all(is_plain)
    };
    let mut segments = prefix.split('/');
    let count = segments.clone().count();
    prefix.is_empty() || (segments.next() == Some("") && count <= 6 && segments.all(is_segment))
}

fn is_valid_header(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=50).contains(&name.len())
        && name.as_bytes()[0].is_ascii_alphabetic()
        && name.bytes().all(is_plain)
        && !key::is_reserved_header(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: serde_json::Value) -> Result<Behavior, String> {
        let behavior: Behavior = serde_json::from_value(value).map_err(|error| error.to_string())?;
        behavior.check()?;
        Ok(behavior)
    }

    #[test]
    fn behavior_without_settings_equals_the_gateway() {
        assert_eq!(read(json!({})).unwrap(), Behavior::default());
        let written = serde_json::to_value(Behavior::default()).unwrap();
        assert_eq!(read(written).unwrap(), Behavior::default());
        assert!(!Behavior::default().rewrites_bodies());
    }

    #[test]
    fn invalid_value_is_refused_with_the_name_of_the_setting() {
        for (name, value) in [
            ("prefix", json!("tenant")),
            ("prefix", json!("/a/b/c/d/e/f")),
            ("prefix", json!("/a/")),
            ("prefix", json!("/a//b")),
            ("prefix", json!("/..")),
            ("prefix", json!("/a/./b")),
            ("keyHeader", json!("Host")),
            ("keyHeader", json!("content-length")),
            ("keyHeader", json!("Transfer-Encoding")),
            ("keyHeader", json!("")),
            ("keyHeader", json!("x y")),
            ("fractionDigits", json!(10)),
            ("executeStatus", json!(204)),
            ("unknownJob", json!(500)),
            ("invalidKey", json!(200)),
        ] {
            let problem = read(json!({ (name): value })).unwrap_err();
            assert!(problem.starts_with(name), "{problem}");
        }
        for value in [json!({ "casing": "snake" }), json!({ "keyHeader": null }), json!({ "color": "red" })] {
            assert!(read(value.clone()).is_err(), "{value}");
        }
        for (name, value) in [
            ("fractionDigits", json!({ "fractionDigits": 3, "times": "null" })),
            ("fractionDigits", json!({ "fractionDigits": 3, "times": "missing" })),
            ("per", json!({ "rateLimit": { "requests": 1, "per": "0s" } })),
            ("requests", json!({ "rateLimit": { "requests": 0, "per": "1s" } })),
        ] {
            let problem = read(value.clone()).unwrap_err();
            assert!(problem.starts_with(name), "{value}: {problem}");
        }
        for value in [
            json!({ "startDelay": "1000d" }),
            json!({ "lateLines": "10000h" }),
            json!({ "replicaLag": "-1s" }),
            json!({ "clockSkew": "1000d" }),
        ] {
            assert!(read(value.clone()).is_err(), "{value}");
        }
        assert!(read(json!({ "prefix": "/tenant-1/api.v1", "keyHeader": "X-Api-Key" })).is_ok());
    }
}
