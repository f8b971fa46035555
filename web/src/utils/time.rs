//! Clocks and timers of the browser.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use js_sys::Date;
use leptos::prelude::{document, window};
use txjobs_sdk::Timestamp;
use wasm_bindgen::JsValue;

use crate::model::format::Zone;

/// Returns the current time in milliseconds since 1970.
pub fn now() -> i64 {
    Date::now() as i64
}

/// Returns the current time.
pub fn timestamp() -> Timestamp {
    Timestamp::from_unix_millis(now())
}

/// Returns the milliseconds since the page was opened, from a monotonic clock.
pub fn uptime_millis() -> f64 {
    window().performance().map_or_else(Date::now, |performance| performance.now())
}

/// Returns the time since the page was opened, from a monotonic clock.
pub fn uptime() -> Duration {
    Duration::from_millis(uptime_millis() as u64)
}

/// Waits. A dropped future clears its timer.
pub async fn sleep(duration: Duration) {
    TimeoutFuture::new(u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)).await;
}

/// Returns whether the page is in a background tab or a minimized window.
pub fn is_hidden() -> bool {
    document().hidden()
}

/// The time zone of the browser.
pub const LOCAL: Zone = Zone {
    offset: |millis| {
        let date = Date::new(&JsValue::from_f64(millis as f64));
        -(date.get_timezone_offset() as i64)
    },
};
