//! Times in the store.

use std::time::Duration;

use txjobs_sdk::Timestamp;

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// Converts a stored time into a timestamp of the contract.
pub fn timestamp(time: Micros) -> Timestamp {
    let nanos = time.rem_euclid(1_000_000) * 1000;
    Timestamp::from_unix(time.div_euclid(1_000_000), u32::try_from(nanos).unwrap_or(0))
}

/// Converts a timestamp into a stored time.
pub fn from_timestamp(time: &Timestamp) -> Micros {
    time.unix_seconds().saturating_mul(1_000_000).saturating_add(i64::from(time.subsec_nanos() / 1000))
}

/// Converts a duration into microseconds. A longer one than about 146,000 years becomes this one.
pub fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX / 4)
}
