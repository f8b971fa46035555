//! Classifies the errors of reqwest.

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::{
    error::{Error, ErrorKind, to_plain_line},
    proxy::proxy_for,
    retry_after::RetryAfter,
};

/// Converts an error of reqwest. If the connection failed, the message names the proxy, or else the server.
pub(crate) fn from_reqwest(error: &reqwest::Error) -> Error {
    let kind = kind_of(error);
    let cause = root_cause(error);
    // The error text of a body that ends early comes from a parser.
    if kind == ErrorKind::PlainHttp || is_unexpected_eof(error) {
        return Error::new(kind).with_detail(&cause);
    }
    // If the connection failed, either the proxy is unreachable or the proxy could not reach the server.
    let proxy = error.url().filter(|_| error.is_connect()).and_then(proxy_for);
    let server = error.url().filter(|_| kind == ErrorKind::Unreachable);
    let message = match (proxy, server) {
        (Some(proxy), _) => to_plain_line(&format!("through the proxy {proxy}: {cause}")),
        (None, Some(url)) => to_plain_line(&format!("{}: {cause}", url.origin().ascii_serialization())),
        (None, None) => to_plain_line(&cause),
    };
    Error { message, ..Error::new(kind) }
}

/// Returns the `Retry-After` of a response, relative to the response's own date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    Some(RetryAfter::parse(text(&RETRY_AFTER)?)?.relative_to_server_date(text(&DATE)))
}

/// Returns the text of the innermost cause. The outer errors only contain "error sending request" and the URL.
pub(crate) fn root_cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(
        || if error.is_timeout() { "timed out".to_owned() } else { error.to_string() },
        ToString::to_string,
    )
}

fn kind_of(error: &reqwest::Error) -> ErrorKind {
    if !error.is_connect() {
        return ErrorKind::Interrupted;
    }
    let tls_failure = causes(error).filter_map(tls_failure).last();
    match tls_failure {
        Some(TlsFailure::NotTls) => ErrorKind::PlainHttp,
        Some(TlsFailure::Other) => ErrorKind::Tls,
        None => ErrorKind::Unreachable,
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
}

fn is_unexpected_eof(error: &reqwest::Error) -> bool {
    let mut io_errors = causes(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    io_errors.any(|error| error.kind() == std::io::ErrorKind::UnexpectedEof)
}

#[derive(Clone, Copy)]
enum TlsFailure {
    /// The peer does not speak TLS.
    NotTls,
    /// Another failure, most likely of the certificate.
    Other,
}

fn tls_failure(error: &(dyn std::error::Error + 'static)) -> Option<TlsFailure> {
    // `source` of an I/O error skips the error that it wraps.
    if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        return tls_failure(inner);
    }
    #[cfg(feature = "rustls")]
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidMessage(_) => TlsFailure::NotTls,
            _ => TlsFailure::Other,
        });
    }
    // The TLS libraries of the platforms have no typed errors.
    let text = error.to_string().to_ascii_lowercase();
    if ["wrong version number", "http request"].iter().any(|words| text.contains(words)) {
        return Some(TlsFailure::NotTls);
    }
    ["certificate", "tls", "ssl"].iter().any(|word| text.contains(word)).then_some(TlsFailure::Other)
}
