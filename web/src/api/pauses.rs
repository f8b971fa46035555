//! The pauses that servers request, for all requests of the page: a new session with the same server waits too.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use gloo_net::http::Response;
use txjobs_sdk::{RateLimitPause, RetryAfter};

use crate::utils::time;

/// The pauses by the base URL of the server.
static PAUSES: Mutex<Vec<(String, RateLimitPause)>> = Mutex::new(Vec::new());

/// Runs a function with the pause of a server.
fn with_pause<T>(base: &str, use_pause: impl FnOnce(&mut RateLimitPause) -> T) -> T {
    let mut pauses = PAUSES.lock().unwrap_or_else(PoisonError::into_inner);
    let known = pauses.iter().position(|(other, _)| other == base);
    let at = known.unwrap_or_else(|| {
        pauses.push((base.to_owned(), RateLimitPause::default()));
        pauses.len() - 1
    });
    use_pause(&mut pauses[at].1)
}

/// Returns the rest of the pause that the server requested for all requests.
pub(super) fn remaining_pause(base: &str) -> Duration {
    with_pause(base, |pause| pause.remaining(time::uptime()))
}

/// Waits until the pause ends that the server requested for all requests.
pub(super) async fn wait_for_pause(base: &str) {
    loop {
        let wait = remaining_pause(base);
        if wait.is_zero() {
            return;
        }
        time::sleep(wait + Duration::from_millis(1)).await;
    }
}

/// Records the pause that a response requests.
pub(super) fn record_pause(base: &str, response: &Response) {
    let headers = response.headers();
    let retry_after = headers.get("retry-after").and_then(|value| RetryAfter::parse(&value));
    let retry_after = retry_after.map(|after| after.relative_to_server_date(headers.get("date").as_deref()));
    with_pause(base, |pause| {
        pause.handle_response(time::uptime(), time::timestamp(), response.status(), retry_after);
    });
}
