//! The one source of time: what the gateway dates and what it waits for asks here.

use std::time::{Duration, SystemTime};

use txjobs_sdk::Timestamp;

/// Microseconds since 1970-01-01T00:00:00Z, as the store keeps a time.
pub type Micros = i64;

/// Tells the time and waits.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Clock {}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self {}
    }

    /// Now.
    pub fn now(&self) -> Micros {
        let now = Timestamp::from(SystemTime::now());
        now.unix_seconds() * 1_000_000 + i64::from(now.subsec_nanos() / 1000)
    }

    /// Waits.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The time as the contract writes it.
pub fn timestamp(time: Micros) -> Timestamp {
    let nanos = time.rem_euclid(1_000_000) * 1000;
    Timestamp::from_unix(time.div_euclid(1_000_000), u32::try_from(nanos).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn a_stored_time_on_the_wire() {
        assert_eq!(timestamp(1_773_453_602_117_000).to_string(), "2026-03-14T02:00:02.117Z");
        assert_eq!(timestamp(-1).to_string(), "1969-12-31T23:59:59.999999Z");
    }
}
