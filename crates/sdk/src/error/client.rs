//! What goes wrong with a client's request, as trouble.

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use super::{Error, ErrorKind, RetryAfter, message::clean, proxy_for};
use crate::{operation::Operation, types};

impl Error {
    /// What an error of a [`Client`](crate::Client)'s method for `operation` means.
    pub fn from_client(
        operation: &'static Operation,
        error: progenitor_client::Error<types::ErrorBody>,
    ) -> Self {
        match error {
            progenitor_client::Error::ErrorResponse(answer) => Self {
                message: Some(&answer.message).filter(|message| !message.is_empty()).cloned(),
                retry_after: retry_after(answer.headers()),
                ..Self::from_status(operation, answer.status().as_u16())
            },
            progenitor_client::Error::UnexpectedResponse(answer) => {
                Self::from_status(operation, answer.status().as_u16())
            }
            progenitor_client::Error::InvalidResponsePayload(body, error) => {
                Self::from_decode_error(operation, 200, &body, &error)
            }
            progenitor_client::Error::CommunicationError(error)
            | progenitor_client::Error::ResponseBodyError(error)
            | progenitor_client::Error::InvalidUpgrade(error) => {
                Self::from_transport(&error).with_operation(operation)
            }
            progenitor_client::Error::InvalidRequest(why) | progenitor_client::Error::Custom(why) => {
                Self::new(ErrorKind::RequestRefused).with_message(&why).with_operation(operation)
            }
        }
    }

    fn from_transport(error: &reqwest::Error) -> Self {
        let kind = transport_kind(error);
        let cause = root_cause(error);
        // The error text of a body that ends early comes from a parser.
        if kind == ErrorKind::PlainHttp || ends_early(error) {
            return Self::new(kind).with_detail(&cause);
        }
        // Without a connection, either the proxy could not be reached or it could not reach the server.
        let proxy = error.url().filter(|_| error.is_connect()).and_then(proxy_for);
        let message = match proxy {
            Some(proxy) => clean(&format!("through the proxy {proxy}: {cause}")),
            None => clean(&cause),
        };
        Self { message, ..Self::new(kind) }
    }
}

/// Returns the `Retry-After` of an answer, counted from its own date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    Some(RetryAfter::parse(text(&RETRY_AFTER)?)?.relative_to_server_date(text(&DATE)))
}

fn transport_kind(error: &reqwest::Error) -> ErrorKind {
    if !error.is_connect() {
        return ErrorKind::Interrupted;
    }
    let tls = causes(error).filter_map(tls_fault).last();
    match tls {
        Some(TlsFault::NotTls) => ErrorKind::PlainHttp,
        Some(TlsFault::Other) => ErrorKind::Tls,
        None => ErrorKind::Unreachable,
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
}

fn ends_early(error: &reqwest::Error) -> bool {
    let of_io = causes(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    of_io.map(std::io::Error::kind).any(|kind| kind == std::io::ErrorKind::UnexpectedEof)
}

#[derive(Clone, Copy)]
enum TlsFault {
    /// The answer was not TLS.
    NotTls,
    /// Another fault, most likely of the certificate.
    Other,
}

fn tls_fault(error: &(dyn std::error::Error + 'static)) -> Option<TlsFault> {
    // An I/O error does not name the error it wraps as its source, but that one's.
    if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        return tls_fault(inner);
    }
    #[cfg(feature = "rustls")]
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidMessage(_) => TlsFault::NotTls,
            _ => TlsFault::Other,
        });
    }
    // The platform's libraries have no type of error that could be asked.
    let text = error.to_string().to_ascii_lowercase();
    if ["wrong version number", "http request"].iter().any(|words| text.contains(words)) {
        return Some(TlsFault::NotTls);
    }
    ["certificate", "tls", "ssl"].iter().any(|word| text.contains(word)).then_some(TlsFault::Other)
}

/// The innermost cause: the outer layers only say "error sending request", and name the URL.
pub(crate) fn root_cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(
        || if error.is_timeout() { "timed out".to_owned() } else { error.to_string() },
        ToString::to_string,
    )
}
