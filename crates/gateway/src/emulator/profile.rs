//! How the service answers where the vendor's article is silent: one setting each.

mod answer;
mod bad_text;
mod dress;
mod odd_values;
mod replica;
mod request;

use std::sync::{Arc, PoisonError, RwLock};

use axum::http::HeaderName;
use serde::{Deserialize, Serialize};

use super::error_body::ErrorBody;
use super::retry_after::RetryAfterForm;
use super::skew::Skew;
use super::span::Span;
use super::{some, within};
use crate::key;

pub(super) use answer::{View, finish, refuse};
pub(super) use replica::Replicas;
pub(super) use request::{Came, receive, send};

/// The profile in force. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Current(Arc<RwLock<Arc<Profile>>>);

impl Current {
    /// The profile as it is now.
    pub fn get(&self) -> Arc<Profile> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another one in force.
    pub fn set(&self, profile: Profile) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(profile);
    }
}

/// Every setting; its default is the gateway's own way. What each means stands in `admin.yaml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Profile {
    pub prefix: String,
    #[serde(deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub key_header: Option<String>,
    pub extensions: bool,
    pub casing: Casing,
    pub times: Times,
    #[serde(deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub fraction_digits: Option<u8>,
    pub execute_status: u16,
    pub errors: ErrorBody,
    pub busy: Busy,
    pub pending_logs: PendingLogs,
    pub unknown_trigger: UnknownTrigger,
    pub unknown_job: u16,
    pub bad_key: u16,
    pub order: Order,
    pub repeats: bool,
    pub late_lines: Span,
    pub numbers: Numbers,
    pub fields: Fields,
    pub empty_arrays: EmptyArrays,
    pub cors: bool,
    #[serde(deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    pub pick_up: Span,
    pub clock_skew: Skew,
    pub bad_text: BadText,
    pub log_ids: LogIds,
    pub id_format: IdFormat,
    pub number_format: NumberFormat,
    pub replica_lag: Span,
    pub echo_key: bool,
}

/// A setting that is one of several words.
macro_rules! words {
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

words! {
    /// How names are written.
    Casing: Pascal, Camel;
    /// How times are written.
    Times: Utc, Offset, NoZone, Null, Empty, Missing;
    /// What becomes of an execute while the job is pending or running.
    Busy: Conflict, BadRequest, Queue;
    /// The log of a trigger id whose run is pending.
    PendingLogs: Empty, NotFound, Created;
    /// The log of an unknown trigger id.
    UnknownTrigger: Empty, NotFound;
    /// The order of executions and lines.
    Order: Time, Reversed, Shuffled;
    /// The numbers of enumerations.
    Numbers: Known, Unknown;
    /// Which properties there are.
    Fields: Usual, More, Fewer;
    /// How an array without entries is written.
    EmptyArrays: Array, Null;
    /// Invalid characters at the end of job names and messages.
    BadText: None, UnpairedSurrogates, InvalidUtf8;
    /// The ids of log lines.
    LogIds: Unique, Changing, Identical, Missing, Null;
    /// How ids are written.
    IdFormat: Hyphens, Digits, Braces, Parentheses, UpperCase;
    /// How the numbers of enumerations are written.
    NumberFormat: Integer, String, Float, Name;
}

/// Above so many requests in a time, 429.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimit {
    pub requests: u32,
    pub per: Span,
    #[serde(default)]
    pub retry_after: RetryAfterForm,
}

impl Default for Profile {
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
            bad_key: 401,
            order: Order::default(),
            repeats: false,
            late_lines: Span::default(),
            numbers: Numbers::default(),
            fields: Fields::default(),
            empty_arrays: EmptyArrays::default(),
            cors: true,
            rate_limit: None,
            pick_up: Span::default(),
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

impl Profile {
    /// Whether its values are such that it can be in force.
    ///
    /// # Errors
    ///
    /// A sentence that names the setting.
    pub fn check(&self) -> Result<(), String> {
        within(
            "prefix",
            is_prefix(&self.prefix),
            "up to five segments like /tenant/api, without a slash at the end",
        )?;
        let header = self.key_header.as_deref();
        within(
            "keyHeader",
            header.is_none_or(is_header),
            "the name of a request header that HTTP does not use itself",
        )?;
        within("fractionDigits", self.fraction_digits.is_none_or(|digits| digits <= 9), "from 0 to 9")?;
        let has_times = !matches!(self.times, Times::Null | Times::Empty | Times::Missing);
        within(
            "fractionDigits",
            has_times || self.fraction_digits.is_none(),
            "left out: with these times there are no digits",
        )?;
        within("executeStatus", [200, 201, 202].contains(&self.execute_status), "200, 201 or 202")?;
        within("unknownJob", [404, 400].contains(&self.unknown_job), "404 or 400")?;
        within("badKey", [401, 403].contains(&self.bad_key), "401 or 403")?;
        let requests = self.rate_limit.is_none_or(|limit| (1..=1_000_000).contains(&limit.requests));
        within("requests", requests, "from 1 to 1000000")?;
        let has_time = self.rate_limit.is_none_or(|limit| !limit.per.0.is_zero());
        within("per", has_time, "longer than 0s, because a rate limit needs a length of time")
    }

    /// The header that carries the key, if it is not the configured one.
    pub fn other_key_header(&self) -> Option<HeaderName> {
        self.key_header.as_deref().and_then(|name| HeaderName::try_from(name).ok())
    }

    /// Returns whether some answers show an earlier state.
    fn has_replica_lag(&self) -> bool {
        !self.replica_lag.0.is_zero()
    }

    /// Returns whether the extension `after` is reliable: a client that has a line has all lines before it, and a final
    /// state comes after its last line.
    fn keeps_lines(&self) -> bool {
        self.late_lines.0.is_zero() && self.log_ids == LogIds::Unique && !self.has_replica_lag()
    }

    /// Whether the bodies of answers are written anew: then they have no validator.
    pub fn changes_bodies(&self) -> bool {
        let usual = Self::default();
        self.casing != usual.casing
            || self.times != usual.times
            || self.fraction_digits.is_some()
            || self.order != usual.order
            || self.repeats
            || !self.late_lines.0.is_zero()
            || self.numbers != usual.numbers
            || self.fields != usual.fields
            || self.empty_arrays != usual.empty_arrays
            || self.bad_text != usual.bad_text
            || self.log_ids != usual.log_ids
            || self.id_format != usual.id_format
            || self.number_format != usual.number_format
            || self.has_replica_lag()
    }
}

fn is_prefix(prefix: &str) -> bool {
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

fn is_header(name: &str) -> bool {
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

    fn read(value: serde_json::Value) -> Result<Profile, String> {
        let profile: Profile = serde_json::from_value(value).map_err(|error| error.to_string())?;
        profile.check()?;
        Ok(profile)
    }

    #[test]
    fn nothing_said_is_the_gateway_s_own_way() {
        assert_eq!(read(json!({})).unwrap(), Profile::default());
        let written = serde_json::to_value(Profile::default()).unwrap();
        assert_eq!(read(written).unwrap(), Profile::default());
        assert!(!Profile::default().changes_bodies());
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_name() {
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
            ("badKey", json!(200)),
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
            json!({ "pickUp": "1000d" }),
            json!({ "lateLines": "10000h" }),
            json!({ "replicaLag": "-1s" }),
            json!({ "clockSkew": "1000d" }),
        ] {
            assert!(read(value.clone()).is_err(), "{value}");
        }
        assert!(read(json!({ "prefix": "/tenant-1/api.v1", "keyHeader": "X-Api-Key" })).is_ok());
    }
}
