//! What went wrong, in the user's terms: one classification for every client.

use std::fmt;

use crate::{
    ApiKey,
    operation::{Method, Operation},
};

#[cfg(feature = "client")]
mod client;
mod message;
#[cfg(feature = "client")]
mod proxy;
mod retry_after;

#[cfg(feature = "client")]
pub(crate) use client::{retry_after, root_cause};
pub(crate) use message::message_of;
use message::{clean, is_markup};
#[cfg(feature = "client")]
pub(crate) use proxy::proxy_for;
pub use retry_after::RetryAfter;

/// The kinds of trouble. Each has one sentence and one next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No connection: wrong domain, no network, nothing listening.
    Unreachable,
    /// Connected, and no whole answer in time, or the connection broke half-way.
    Interrupted,
    /// The server's certificate was not accepted.
    Tls,
    /// The server does not speak TLS although https was requested: probably a plain http server.
    PlainHttp,
    /// The browser kept the answer from the page, or never sent the request (CORS, mixed content, no network): it
    /// does not say which.
    BlockedByBrowser,
    /// 401 or 403.
    KeyRefused,
    /// 404 for a job or a trigger id.
    NotFound,
    /// 409: the job's status does not allow it now.
    Conflict,
    /// 429.
    TooManyRequests,
    /// Another 4XX: the request itself was not accepted.
    RequestRefused,
    /// 5XX.
    ServerError,
    /// An answer that this API does not give: a redirect, a web page, a 404 for the list of jobs.
    NotThisApi,
    /// A success whose body is not the JSON that the contract promises.
    InvalidBody,
    /// No execution has the trigger id that was followed, and the job is idle.
    NoSuchRun,
    /// The job was pending or running and is idle now, and no execution has the trigger id that was followed.
    EndedWithoutExecution,
}

/// Something went wrong; made from an answer with [`from_response`](Self::from_response) or from a transport's error with
/// [`new`](Self::new).
///
/// `Display` is the whole: what happened, what the server said, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind of trouble.
    pub kind: ErrorKind,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// What the server said about it, without markup and control characters, at most 500 characters.
    pub message: Option<String>,
    /// How long the server asks to wait before the next request.
    pub retry_after: Option<RetryAfter>,
    /// What was asked for, where that is known.
    pub operation: Option<&'static Operation>,
    /// The error text of a decoder or a transport, for diagnosis. Not part of `Display`.
    pub detail: Option<String>,
}

impl ErrorKind {
    /// A name for programs, which does not change: `key_refused`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Interrupted => "interrupted",
            Self::Tls => "tls",
            Self::PlainHttp => "plain_http",
            Self::BlockedByBrowser => "blocked_by_browser",
            Self::KeyRefused => "key_refused",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TooManyRequests => "too_many_requests",
            Self::RequestRefused => "request_refused",
            Self::ServerError => "server_error",
            Self::NotThisApi => "not_this_api",
            Self::InvalidBody => "invalid_body",
            Self::NoSuchRun => "no_such_run",
            Self::EndedWithoutExecution => "ended_without_execution",
        }
    }
}

impl Error {
    /// Error without an answer.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, status: None, message: None, retry_after: None, operation: None, detail: None }
    }

    /// Says what was asked for.
    #[must_use]
    pub fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Sets the message, cleaned as a server's is.
    #[must_use]
    pub fn with_message(mut self, message: &str) -> Self {
        self.message = clean(message);
        self
    }

    /// Sets the detail, cleaned as a message is.
    #[must_use]
    pub fn with_detail(mut self, detail: &str) -> Self {
        self.detail = clean(detail);
        self
    }

    /// Masks `key` in message and detail, as [`ApiKey::mask`] does, because a server may repeat it.
    ///
    /// A `Client` returns trouble without the key. Call this for trouble that was created with
    /// [`from_response`](Self::from_response) or [`from_decode_error`](Self::from_decode_error).
    #[must_use]
    pub fn with_masked_key(mut self, key: &ApiKey) -> Self {
        self.message = self.message.map(|message| key.mask(&message));
        self.detail = self.detail.map(|detail| key.mask(&detail));
        self
    }

    /// Returns the trouble of an answer that is not a success. `retry_after` is the header's value; see
    /// [`with_server_date`](Self::with_server_date).
    pub fn from_response(
        operation: &'static Operation,
        status: u16,
        retry_after: Option<&str>,
        body: &[u8],
    ) -> Self {
        Self {
            message: message_of(body),
            retry_after: retry_after.and_then(RetryAfter::parse),
            ..Self::from_status(operation, status)
        }
    }

    fn from_status(operation: &'static Operation, status: u16) -> Self {
        let kind = match status {
            401 | 403 => ErrorKind::KeyRefused,
            404 if operation.template.contains('{') => ErrorKind::NotFound,
            404 | 300..400 => ErrorKind::NotThisApi,
            // The server, or a proxy before it, stopped waiting. It is not known whether it has received the request.
            408 => ErrorKind::Interrupted,
            409 => ErrorKind::Conflict,
            429 => ErrorKind::TooManyRequests,
            400..500 => ErrorKind::RequestRefused,
            500.. => ErrorKind::ServerError,
            _ => ErrorKind::NotThisApi,
        };
        Self { status: Some(status), ..Self::new(kind).with_operation(operation) }
    }

    /// Counts a `Retry-After` that is a date from the answer's `Date` header, as
    /// [`RetryAfter::relative_to_server_date`] does.
    #[must_use]
    pub fn with_server_date(mut self, date: Option<&str>) -> Self {
        self.retry_after = self.retry_after.map(|after| after.relative_to_server_date(date));
        self
    }

    /// Returns the trouble of a successful answer whose body could not be decoded. JSON that ends too early is an interrupted transfer.
    pub fn from_decode_error(
        operation: &'static Operation,
        status: u16,
        body: &[u8],
        error: &serde_json::Error,
    ) -> Self {
        let kind = if is_markup(body) {
            ErrorKind::NotThisApi
        } else if error.is_eof() && !body.trim_ascii().is_empty() {
            ErrorKind::Interrupted
        } else {
            ErrorKind::InvalidBody
        };
        Self {
            kind,
            message: if kind == ErrorKind::NotThisApi { message_of(body) } else { None },
            ..Self::from_status(operation, status).with_detail(&error.to_string())
        }
    }

    /// What happened, in a sentence.
    pub fn summary(&self) -> &'static str {
        match self.kind {
            ErrorKind::Unreachable => "The server cannot be reached.",
            ErrorKind::Interrupted => "The answer did not arrive, or not all of it.",
            ErrorKind::Tls => "The server's certificate was not accepted.",
            ErrorKind::PlainHttp => "The server does not answer with https at this address.",
            ErrorKind::BlockedByBrowser => "The browser got no answer that this page may read.",
            ErrorKind::KeyRefused => "The server refused the API key.",
            ErrorKind::NotFound => "The server does not know this job or run.",
            ErrorKind::Conflict => "The job's status does not allow this now.",
            ErrorKind::TooManyRequests => "The server asks for fewer requests.",
            ErrorKind::RequestRefused => "The server did not accept the request.",
            ErrorKind::ServerError => "The server has trouble of its own.",
            ErrorKind::NotThisApi => "What answers there is not the Jobs API.",
            ErrorKind::InvalidBody => "The answer is not what the Jobs API promises.",
            ErrorKind::NoSuchRun => "The job has no run with this trigger id.",
            ErrorKind::EndedWithoutExecution => "The run ended without an execution.",
        }
    }

    /// What to do about it, in a sentence.
    pub fn advice(&self) -> &'static str {
        if self.operation.is_some() && self.is_outcome_unknown() {
            return "Nobody knows whether it took effect, and it is not sent again by itself: look at the job's runs first.";
        }
        match self.kind {
            ErrorKind::Unreachable => "Check the domain and your network.",
            ErrorKind::Interrupted if self.operation.is_none() => {
                "Look at the job before you start it again: the request may have arrived."
            }
            ErrorKind::Interrupted => "Try again; if it lasts, check your network.",
            ErrorKind::Tls => "Check the domain and this machine's clock and certificates.",
            ErrorKind::PlainHttp => {
                "If it is a plain http server, begin the domain with http://. The API key is then sent without encryption."
            }
            ErrorKind::BlockedByBrowser => {
                "Check the domain and your network. If they are right, the server does not allow this page's origin \
                 (CORS): ask whoever runs it to allow the page."
            }
            ErrorKind::KeyRefused => {
                "Check that the key is whole and of this organization, and that the header's name is right."
            }
            ErrorKind::NotFound => {
                "List the jobs: it may have been removed, or belong to another organization."
            }
            ErrorKind::Conflict => "Look at the job's status; try again when it is idle.",
            ErrorKind::TooManyRequests => "Wait a little, then try again.",
            ErrorKind::RequestRefused => "Check what was asked for; the server's words say more.",
            ErrorKind::ServerError => "Try again later; if it lasts, tell whoever runs the server.",
            ErrorKind::NotThisApi => "Check the domain, and the path prefix if there is one.",
            ErrorKind::InvalidBody => "Check the domain; if it is right, tell whoever runs the server.",
            ErrorKind::NoSuchRun => "Check the job and the trigger id.",
            ErrorKind::EndedWithoutExecution => {
                "It was probably canceled before it began: look at the job's runs."
            }
        }
    }

    /// Whether the same GET may well succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Unreachable
                | ErrorKind::Interrupted
                | ErrorKind::BlockedByBrowser
                | ErrorKind::TooManyRequests
                | ErrorKind::ServerError
                | ErrorKind::InvalidBody
        )
    }

    /// Whether what was asked for may have taken effect all the same: a POST whose answer was lost. Where the operation
    /// is not known, it is taken to be one.
    pub fn is_outcome_unknown(&self) -> bool {
        let is_get = self.operation.is_some_and(|operation| operation.method == Method::Get);
        !is_get
            && matches!(
                self.kind,
                ErrorKind::Interrupted
                    | ErrorKind::BlockedByBrowser
                    | ErrorKind::ServerError
                    | ErrorKind::InvalidBody
            )
            // A web page or a redirect may be the answer to a request that took effect.
            || !is_get && self.kind == ErrorKind::NotThisApi && matches!(self.status, Some(200..300 | 303))
    }
}

impl fmt::Display for Error {
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

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;

    fn answer(status: u16, body: &str) -> Error {
        Error::from_response(&paths::GET_JOB_STATUS, status, None, body.as_bytes())
    }

    #[test]
    fn a_status_is_classified() {
        use ErrorKind::*;
        let kinds = [
            (301, NotThisApi),
            (400, RequestRefused),
            (401, KeyRefused),
            (403, KeyRefused),
            (404, NotFound),
            (408, Interrupted),
            (409, Conflict),
            (418, RequestRefused),
            (429, TooManyRequests),
            (500, ServerError),
            (503, ServerError),
        ];
        for (status, kind) in kinds {
            assert_eq!(answer(status, "").kind, kind, "{status}");
        }
        assert_eq!(Error::from_response(&paths::LIST_JOBS, 404, None, b"").kind, NotThisApi);
    }

    #[test]
    fn the_whole_sentence() {
        let trouble = answer(401, r#"{"Message":"The API key is missing or wrong."}"#);
        assert_eq!(
            trouble.to_string(),
            "The server refused the API key. (401: The API key is missing or wrong.) Check that the key is whole and \
             of this organization, and that the header's name is right."
        );
    }

    #[test]
    fn post_that_may_have_taken_effect_leaves_the_outcome_unclear() {
        let unclear =
            |status| Error::from_response(&paths::EXECUTE_JOB, status, None, b"").is_outcome_unknown();
        for status in [200, 303, 408, 500, 502, 504] {
            assert!(unclear(status), "{status}");
        }
        for status in [302, 400, 401, 404, 409, 429] {
            assert!(!unclear(status), "{status}");
        }
        let timed_out = answer(408, "");
        assert!(timed_out.is_transient() && !timed_out.is_outcome_unknown());
    }

    #[test]
    fn advice_after_a_get_does_not_mention_starting_again() {
        for status in [200, 302, 400, 401, 404, 408, 409, 429, 500, 503] {
            let text = answer(status, "").to_string();
            assert!(!text.contains("start it again") && !text.contains("took effect"), "{text}");
        }
        let broken = Error::new(ErrorKind::Interrupted).with_operation(&paths::LIST_JOBS);
        assert!(broken.advice().starts_with("Try again"), "{broken}");
    }

    #[test]
    fn parser_message_is_a_detail() {
        for (body, kind) in [
            ("[{\"Id\":", ErrorKind::Interrupted),
            ("", ErrorKind::InvalidBody),
            ("nonsense", ErrorKind::InvalidBody),
            ("{}", ErrorKind::InvalidBody),
        ] {
            let error = crate::decode::json::<Vec<crate::types::Job>>(body.as_bytes()).unwrap_err();
            let trouble = Error::from_decode_error(&paths::LIST_JOBS, 200, body.as_bytes(), &error);
            assert_eq!(trouble.kind, kind, "{body}");
            let detail = trouble.detail.as_deref().unwrap();
            assert!(detail.contains(" line 1 column"), "{detail}");
            assert!(
                !trouble.to_string().contains(detail) && !trouble.to_string().contains("line 1"),
                "{trouble}"
            );
        }
    }

    #[test]
    fn a_key_that_the_server_repeats_is_hidden() {
        let key = ApiKey::new("s3cret-key").unwrap();
        for body in [
            r#"{"Message":"Unknown key s3cret-key."}"#,
            r#"{"Message":"Unknown key s3cret\u002dkey."}"#,
            "Unknown key s3cret%2Dkey.",
            "<p>Unknown key s3<b>cret</b>-key.</p>",
            "<p>Unknown key s3cret&#45;key.</p>",
        ] {
            let trouble = answer(401, body).with_masked_key(&key);
            assert_eq!(trouble.message.as_deref(), Some("Unknown key ***."), "{body}");
            assert!(!format!("{trouble} {trouble:?}").contains("cret"), "{trouble:?}");
        }
        let cut = answer(500, &format!("{}s3cret-key", "x".repeat(495))).with_masked_key(&key);
        assert!(!cut.message.unwrap().contains("s3"));
    }
}
