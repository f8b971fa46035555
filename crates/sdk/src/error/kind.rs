//! The kinds of errors, with a summary and a next step for each.

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The connection failed: wrong domain, no network, or no listening server.
    Unreachable,
    /// The connection was established, but the response was not complete in time or the connection was lost.
    Interrupted,
    /// The server's certificate was not accepted.
    Tls,
    /// The server does not speak TLS although https was requested. It is probably a plain http server.
    PlainHttp,
    /// The browser withheld the response from the page, or did not send the request (CORS, mixed content, no network). It
    /// does not report which.
    BlockedByBrowser,
    /// 401 or 403.
    KeyRefused,
    /// 404 for a job or a trigger id.
    NotFound,
    /// 409: the job's status does not allow the operation now.
    Conflict,
    /// 429.
    TooManyRequests,
    /// Another 4XX: the server did not accept the request.
    RequestRefused,
    /// 5XX.
    ServerError,
    /// A response that the Jobs API never sends: a redirect, a web page, or a 404 for the list of jobs.
    NotThisApi,
    /// A success whose body is not the JSON that the contract defines.
    InvalidBody,
    /// No execution has the followed trigger id, and the job is idle.
    NoSuchRun,
    /// The job was pending or running and is idle now, and no execution has the followed trigger id.
    EndedWithoutExecution,
}

impl ErrorKind {
    /// Returns a stable name for programs, such as `key_refused`.
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

    /// Returns a sentence about what happened.
    pub(super) const fn summary(self) -> &'static str {
        match self {
            Self::Unreachable => "The server cannot be reached.",
            Self::Interrupted => "The response did not arrive completely.",
            Self::Tls => "The server's certificate was not accepted.",
            Self::PlainHttp => "The server does not use https at this address.",
            Self::BlockedByBrowser => "The browser could not send the request or blocked the response.",
            Self::KeyRefused => "The server refused the API key.",
            Self::NotFound => "The server does not know this job or run.",
            Self::Conflict => "The job's status does not allow this now.",
            Self::TooManyRequests => "The server received too many requests.",
            Self::RequestRefused => "The server did not accept the request.",
            Self::ServerError => "The server failed to process the request.",
            Self::NotThisApi => "The response is not from the Jobs API.",
            Self::InvalidBody => "The response is not valid in the Jobs API.",
            Self::NoSuchRun => "The job has no run with this trigger id.",
            Self::EndedWithoutExecution => "The run ended without an execution.",
        }
    }

    /// Returns a sentence about what to do.
    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::Unreachable => "Check the domain and your network.",
            Self::Interrupted => "Try again. If it happens again, check your network.",
            Self::Tls => "Check the domain, and the clock and certificates of this machine.",
            Self::PlainHttp => {
                "If it is a plain http server, start the domain with http://. The API key is then sent without encryption."
            }
            Self::BlockedByBrowser => {
                "Check the domain and your network. If both are correct, the server does not allow this page's origin \
                 (CORS): ask its administrator to allow it."
            }
            Self::KeyRefused => {
                "Check that the key is complete and belongs to this organization, and that the header name is correct."
            }
            Self::NotFound => {
                "List the jobs: the job may have been removed, or may belong to another organization."
            }
            Self::Conflict => "Check the job's status. Try again when it is idle.",
            Self::TooManyRequests => "Wait a little, then try again.",
            Self::RequestRefused => "Check the request. The server's message has the details.",
            Self::ServerError => "Try again later. If it happens again, contact the server's administrator.",
            Self::NotThisApi => "Check the domain, and the path prefix if there is one.",
            Self::InvalidBody => "Check the domain. If it is correct, contact the server's administrator.",
            Self::NoSuchRun => "Check the job and the trigger id.",
            Self::EndedWithoutExecution => {
                "It was probably canceled before it started. Check the job's runs."
            }
        }
    }
}
