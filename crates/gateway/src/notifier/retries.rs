//! When failed deliveries are tried again.

use std::time::Duration;

/// The time between an attempt and the next one, in seconds. Together about a day.
const DELAYS: [u64; 11] = [2, 10, 30, 60, 5 * 60, 15 * 60, 60 * 60, 2 * 3600, 4 * 3600, 8 * 3600, 8 * 3600];
/// The longest pause of a channel whose server does not ask for one.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// Pauses that are longer, and attempts that are later, were put off by a clock that was ahead. Both are above what is possible, because
/// the clocks of nodes differ a little.
pub(super) const IMPOSSIBLE_PAUSE: Duration = Duration::from_secs(10 * 60);
pub(super) const IMPOSSIBLE_DELAY: Duration = Duration::from_secs(9 * 3600);

/// Returns the time until the next attempt after this number of them. `None`: it was the last one. A server can ask for a longer
/// time.
pub(super) fn delay(attempts: i64, retry_after: Option<Duration>) -> Option<Duration> {
    let index = usize::try_from(attempts - 1).unwrap_or_default();
    let delay = Duration::from_secs(*DELAYS.get(index)?);
    Some(delay.max(retry_after.unwrap_or_default()))
}

/// Returns how long a channel sends nothing after this number of failures without a success.
pub(super) fn pause(failures: i64, retry_after: Option<Duration>) -> Duration {
    let pause = Duration::from_secs(1 << failures.saturating_sub(1).clamp(0, 6)).min(MAX_PAUSE);
    pause.max(retry_after.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_end_after_a_day() {
        let delays: Vec<_> = (1..100).map_while(|attempts| delay(attempts, None)).collect();
        assert_eq!(delays.len(), 11);
        let day: Duration = delays.iter().sum();
        assert!((Duration::from_secs(23 * 3600)..Duration::from_secs(25 * 3600)).contains(&day), "{day:?}");
        assert_eq!(delay(1, Some(Duration::from_secs(70))), Some(Duration::from_secs(70)));
        assert_eq!(delay(9, Some(Duration::from_secs(70))), Some(Duration::from_secs(4 * 3600)));
        assert_eq!(delay(12, Some(Duration::from_secs(70))), None);
        assert!(delays.iter().max() < Some(&IMPOSSIBLE_DELAY));
    }

    #[test]
    fn pauses_grow_to_a_minute() {
        let pauses: Vec<_> = (1..9).map(|failures| pause(failures, None).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause(1, Some(Duration::from_secs(70))), Duration::from_secs(70));
        assert!(pause(9, Some(txjobs_sdk::RetryAfter::MAX_DELAY)) < IMPOSSIBLE_PAUSE);
    }
}
