//! Metrics of a relay.

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, gauge};
use txjobs_store::time::Micros;

use super::runs::seconds;

const UPSTREAM_REQUESTS: &str = "txjobs_relay_upstream_requests_total";
const LAST_POLL: &str = "txjobs_relay_last_poll_timestamp_seconds";
const WATCH_INTERVAL: &str = "txjobs_relay_watch_interval_seconds";

pub(super) fn describe() {
    describe_counter!(
        UPSTREAM_REQUESTS,
        "Requests of the relay to the service, by operation and status of the response, or `error` without one."
    );
    describe_gauge!(
        LAST_POLL,
        "Time at which the relay last polled all jobs and executions of the service, or at which it started."
    );
    describe_gauge!(WATCH_INTERVAL, "Time between two polls of the service.");
}

/// Counts a request to the service.
pub fn record_upstream(operation: &'static str, status: String) {
    counter!(UPSTREAM_REQUESTS, "operation" => operation, "status" => status).increment(1);
}

/// Records the time between two polls.
pub fn record_watch_interval(interval: Duration) {
    gauge!(WATCH_INTERVAL).set(interval.as_secs_f64());
}

/// Records a complete poll of the service, or the start of the relay.
pub fn record_poll(time: Micros) {
    gauge!(LAST_POLL).set(seconds(time));
}
