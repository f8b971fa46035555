//! What went wrong, in the user's terms: one classification for every client.

use std::{fmt, time::Duration};

use crate::{
    Timestamp,
    operation::{Method, Operation},
};

#[cfg(feature = "client")]
mod client;
mod message;

#[cfg(feature = "client")]
pub(crate) use client::root_cause;
pub(crate) use message::message_of;
use message::{clean, is_markup};

/// The kinds of trouble. Each has one sentence and one next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TroubleKind {
    /// No connection: wrong domain, no network, nothing listening.
    Unreachable,
    /// Connected, and no whole answer in time, or the connection broke half-way.
    Interrupted,
    /// The server's certificate was not accepted.
    Tls,
    /// The browser kept the answer from the page, or never sent the request (CORS, mixed content, no network): it
    /// does not say which.
    Blocked,
    /// 401 or 403.
    KeyRefused,
    /// 404 for a job or a trigger id.
    NotFound,
    /// 409: the job's status does not allow it now.
    Conflict,
    /// 429.
    TooManyRequests,
    /// Another 4XX: the request itself was not accepted.
    Refused,
    /// 5XX.
    ServerTrouble,
    /// An answer that this API does not give: a redirect, a web page, a 404 for the list of jobs.
    NotThisApi,
    /// A success whose body is not the JSON that the contract promises.
    Unreadable,
}

/// Something went wrong; made from an answer with [`from_answer`](Self::from_answer) or from a transport's error with
/// [`new`](Self::new).
///
/// `Display` is the whole: what happened, what the server said, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What kind of trouble.
    pub kind: TroubleKind,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// What the server said about it, without markup and control characters, at most 500 characters.
    pub message: Option<String>,
    /// How long the server asks to wait before the next request.
    pub retry_after: Option<RetryAfter>,
    /// What was asked for, where that is known.
    pub operation: Option<&'static Operation>,
}

/// The `Retry-After` of an answer: RFC 9110, section 10.2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Wait this long.
    Delay(Duration),
    /// Wait until then.
    At(Timestamp),
}

impl TroubleKind {
    /// A name for programs, which does not change: `key_refused`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Interrupted => "interrupted",
            Self::Tls => "tls",
            Self::Blocked => "blocked",
            Self::KeyRefused => "key_refused",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TooManyRequests => "too_many_requests",
            Self::Refused => "refused",
            Self::ServerTrouble => "server_trouble",
            Self::NotThisApi => "not_this_api",
            Self::Unreadable => "unreadable",
        }
    }
}

impl RetryAfter {
    /// Reads the header's value: whole seconds or an HTTP date.
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Self::Delay(Duration::from_secs(seconds)));
        }
        let date = httpdate::parse_http_date(value).ok()?;
        let since_epoch = date.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Self::At(Timestamp::from_unix(since_epoch.as_secs() as i64, 0)))
    }

    /// How long to wait from `now`; zero if the moment has passed.
    pub fn delay(self, now: Timestamp) -> Duration {
        match self {
            Self::Delay(delay) => delay,
            Self::At(time) => time.since(now).unwrap_or_default(),
        }
    }
}

impl Trouble {
    /// Trouble without an answer.
    pub fn new(kind: TroubleKind) -> Self {
        Self { kind, status: None, message: None, retry_after: None, operation: None }
    }

    /// Says what was asked for.
    #[must_use]
    pub fn during(mut self, operation: &'static Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Adds a detail, cleaned as a server's message is.
    #[must_use]
    pub fn with_message(mut self, message: &str) -> Self {
        self.message = clean(message);
        self
    }

    /// Trouble told by an answer that is not a success. `retry_after` is the header's value.
    pub fn from_answer(
        operation: &'static Operation,
        status: u16,
        retry_after: Option<&str>,
        body: &[u8],
    ) -> Self {
        let kind = match status {
            401 | 403 => TroubleKind::KeyRefused,
            404 if operation.template.contains('{') => TroubleKind::NotFound,
            404 | 300..400 => TroubleKind::NotThisApi,
            409 => TroubleKind::Conflict,
            429 => TroubleKind::TooManyRequests,
            400..500 => TroubleKind::Refused,
            500.. => TroubleKind::ServerTrouble,
            _ => TroubleKind::NotThisApi,
        };
        Self {
            kind,
            status: Some(status),
            message: message_of(body),
            retry_after: retry_after.and_then(RetryAfter::parse),
            operation: Some(operation),
        }
    }

    /// Trouble with a success: its body could not be decoded.
    pub fn from_unreadable(
        operation: &'static Operation,
        status: u16,
        body: &[u8],
        error: &serde_json::Error,
    ) -> Self {
        let kind = if is_markup(body) { TroubleKind::NotThisApi } else { TroubleKind::Unreadable };
        let message = match kind {
            TroubleKind::NotThisApi => message_of(body),
            _ => clean(&error.to_string()),
        };
        Self { kind, status: Some(status), message, retry_after: None, operation: Some(operation) }
    }

    /// What happened, in a sentence.
    pub fn summary(&self) -> &'static str {
        match self.kind {
            TroubleKind::Unreachable => "The server cannot be reached.",
            TroubleKind::Interrupted => "The connection broke before the whole answer was here.",
            TroubleKind::Tls => "The server's certificate was not accepted.",
            TroubleKind::Blocked => "The browser got no answer that this page may read.",
            TroubleKind::KeyRefused => "The server refused the API key.",
            TroubleKind::NotFound => "The server does not know this job or run.",
            TroubleKind::Conflict => "The job's status does not allow this now.",
            TroubleKind::TooManyRequests => "The server asks for fewer requests.",
            TroubleKind::Refused => "The server did not accept the request.",
            TroubleKind::ServerTrouble => "The server has trouble of its own.",
            TroubleKind::NotThisApi => "What answers there is not the Jobs API.",
            TroubleKind::Unreadable => "The answer is not what the Jobs API promises.",
        }
    }

    /// What to do about it, in a sentence.
    pub fn advice(&self) -> &'static str {
        if self.operation.is_some() && self.leaves_outcome_unclear() {
            return "Nobody knows whether it took effect, and it is not sent again by itself: look at the job's runs first.";
        }
        match self.kind {
            TroubleKind::Unreachable => "Check the domain and your network.",
            TroubleKind::Interrupted => {
                "Look at the job before you start it again: the request may have arrived."
            }
            TroubleKind::Tls => "Check the domain and this machine's clock and certificates.",
            TroubleKind::Blocked => {
                "Check the domain and your network. If they are right, the server does not allow this page's origin \
                 (CORS): ask whoever runs it to allow the page."
            }
            TroubleKind::KeyRefused => {
                "Check that the key is whole and of this organisation, and that the header's name is right."
            }
            TroubleKind::NotFound => {
                "List the jobs: it may have been removed, or belong to another organisation."
            }
            TroubleKind::Conflict => "Look at the job's status; try again when it is idle.",
            TroubleKind::TooManyRequests => "Wait a little, then try again.",
            TroubleKind::Refused => "Check what was asked for; the server's words say more.",
            TroubleKind::ServerTrouble => "Try again later; if it lasts, tell whoever runs the server.",
            TroubleKind::NotThisApi => "Check the domain, and the path prefix if there is one.",
            TroubleKind::Unreadable => "Check the domain; if it is right, tell whoever runs the server.",
        }
    }

    /// Whether the same GET may well succeed later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self.kind,
            TroubleKind::Unreachable
                | TroubleKind::Interrupted
                | TroubleKind::Blocked
                | TroubleKind::TooManyRequests
                | TroubleKind::ServerTrouble
                | TroubleKind::Unreadable
        )
    }

    /// Whether what was asked for may have taken effect all the same: a POST whose answer was lost. Where the operation
    /// is not known, it is taken to be one.
    pub fn leaves_outcome_unclear(&self) -> bool {
        let is_get = self.operation.is_some_and(|operation| operation.method == Method::Get);
        !is_get
            && matches!(
                self.kind,
                TroubleKind::Interrupted
                    | TroubleKind::Blocked
                    | TroubleKind::ServerTrouble
                    | TroubleKind::Unreadable
            )
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.summary())?;
        match (self.status, &self.message) {
            (Some(status), Some(message)) => write!(f, " ({status}: {message})")?,
            (Some(status), None) => write!(f, " ({status})")?,
            (None, Some(message)) => write!(f, " ({message})")?,
            (None, None) => {}
        }
        write!(f, " {}", self.advice())
    }
}

impl std::error::Error for Trouble {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;

    fn answer(status: u16, body: &str) -> Trouble {
        Trouble::from_answer(&paths::GET_JOB_STATUS, status, None, body.as_bytes())
    }

    #[test]
    fn a_status_is_classified() {
        use TroubleKind::*;
        let kinds = [
            (301, NotThisApi),
            (400, Refused),
            (401, KeyRefused),
            (403, KeyRefused),
            (404, NotFound),
            (409, Conflict),
            (418, Refused),
            (429, TooManyRequests),
            (500, ServerTrouble),
            (503, ServerTrouble),
        ];
        for (status, kind) in kinds {
            assert_eq!(answer(status, "").kind, kind, "{status}");
        }
        assert_eq!(Trouble::from_answer(&paths::LIST_JOBS, 404, None, b"").kind, NotThisApi);
    }

    #[test]
    fn retry_after_in_both_forms() {
        let now = "2026-03-14T02:00:00Z".parse().unwrap();
        let delay = |value| RetryAfter::parse(value).map(|after| after.delay(now));
        assert_eq!(delay(" 120 "), Some(Duration::from_secs(120)));
        assert_eq!(delay("Sat, 14 Mar 2026 02:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(delay("Sat, 14 Mar 2026 01:00:30 GMT"), Some(Duration::ZERO));
        assert_eq!(delay("soon"), None);
        assert_eq!(delay("-1"), None);
    }

    #[test]
    fn the_whole_sentence() {
        let trouble = answer(401, r#"{"Message":"The API key is missing or wrong."}"#);
        assert_eq!(
            trouble.to_string(),
            "The server refused the API key. (401: The API key is missing or wrong.) Check that the key is whole and \
             of this organisation, and that the header's name is right."
        );
    }
}
