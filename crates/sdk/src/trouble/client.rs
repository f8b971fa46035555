//! What goes wrong with a client's request, as trouble.

use progenitor_client::Error;
use reqwest::header::RETRY_AFTER;

use super::{Trouble, TroubleKind};
use crate::{operation::Operation, types};

impl Trouble {
    /// What an error of a [`Client`](crate::Client)'s method for `operation` means.
    pub fn from_client(operation: &'static Operation, error: Error<types::ErrorBody>) -> Self {
        match error {
            Error::ErrorResponse(answer) => {
                let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                let body = serde_json::to_vec(&*answer).unwrap_or_default();
                Self::from_answer(operation, answer.status().as_u16(), retry_after, &body)
            }
            Error::UnexpectedResponse(answer) => {
                Self::from_answer(operation, answer.status().as_u16(), None, b"")
            }
            Error::InvalidResponsePayload(body, error) => {
                Self::from_unreadable(operation, 200, &body, &error)
            }
            Error::CommunicationError(error)
            | Error::ResponseBodyError(error)
            | Error::InvalidUpgrade(error) => {
                Self::new(transport_kind(&error)).with_message(&root_cause(&error)).during(operation)
            }
            Error::InvalidRequest(why) | Error::Custom(why) => {
                Self::new(TroubleKind::Refused).with_message(&why).during(operation)
            }
        }
    }
}

fn transport_kind(error: &reqwest::Error) -> TroubleKind {
    if !error.is_connect() {
        TroubleKind::Interrupted
    } else if causes(error).any(is_tls) {
        TroubleKind::Tls
    } else {
        TroubleKind::Unreachable
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
}

fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    // An I/O error does not name the error it wraps as its source, but that one's.
    if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        return is_tls(inner);
    }
    #[cfg(feature = "rustls")]
    if error.is::<rustls::Error>() {
        return true;
    }
    // The platform's libraries have no type of error that could be asked.
    let text = error.to_string().to_ascii_lowercase();
    ["certificate", "tls", "ssl"].iter().any(|word| text.contains(word))
}

/// The innermost cause: the outer layers only say "error sending request", and name the URL.
pub(crate) fn root_cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(
        || if error.is_timeout() { "timed out".to_owned() } else { error.to_string() },
        ToString::to_string,
    )
}
