//! Decides whether and when a GET is repeated.

use std::time::{Duration, SystemTime};

use progenitor_client::{Error, ResponseValue};
use reqwest::StatusCode;

use crate::{timestamp::Timestamp, transport_error::retry_after, types::ErrorBody};

/// The delay before the first repetition. It doubles for each further one.
const FIRST_DELAY: Duration = Duration::from_millis(200);
/// The longest delay. If the server requests a longer one, the error is returned to the caller instead.
const MAX_DELAY: Duration = Duration::from_secs(5);

/// Returns the delay before a GET is repeated, or `None` if it is not repeated. `attempt` counts from zero.
pub(super) fn delay_before_retry<T>(
    result: &Result<ResponseValue<T>, Error<ErrorBody>>,
    attempt: u32,
) -> Option<Duration> {
    let requested = match result {
        // A request that timed out has already used its time.
        Err(Error::CommunicationError(error))
            if error.is_timeout() || error.is_builder() || error.is_redirect() =>
        {
            return None;
        }
        Err(Error::CommunicationError(_)) => Duration::ZERO,
        // The body has the announced length, so the server sent incomplete JSON.
        Err(Error::InvalidResponsePayload(body, error))
            if error.is_eof() && !body.trim_ascii().is_empty() =>
        {
            Duration::ZERO
        }
        Err(Error::ErrorResponse(response)) if is_retryable(response.status()) => {
            let now = Timestamp::from(SystemTime::now());
            retry_after(response.headers()).map_or(Duration::ZERO, |after| after.delay(now))
        }
        _ => return None,
    };
    // Between half of the delay and all of it, so that many clients spread out.
    let jitter = 0.5 + fastrand::f64() / 2.0;
    let delay = FIRST_DELAY.saturating_mul(1 << attempt.min(8)).mul_f64(jitter);
    (requested <= MAX_DELAY).then(|| delay.min(MAX_DELAY).max(requested))
}

fn is_retryable(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}
