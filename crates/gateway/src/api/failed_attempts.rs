//! Limits the requests with wrong keys of each address.
//!
//! This does not protect the keys, which have 256 random bits. It protects the processor and the logs of whatever is behind the
//! responses from clients that repeat a wrong key without end. A valid key is always accepted: behind a proxy, all clients have the
//! same address.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

/// The most failed attempts at once.
const MAX_BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// The time after which one more attempt is possible.
const REPLENISH_INTERVAL: Duration = Duration::from_secs(3);
/// A limited address is logged once in this time.
const LOG_INTERVAL: Duration = Duration::from_secs(600);
/// The shortest time between two searches for addresses that are no longer needed.
const CLEAN_INTERVAL: Duration = Duration::from_secs(1);
/// The most addresses in memory. Beyond it, all new ones are counted together.
const MAX_ADDRESSES: usize = 10_000;

type Limiter<C> = RateLimiter<Source, HashMapStateStore<Source>, C, NoOpMiddleware<<C as Clock>::Instant>>;
type DirectLimiter<C> = RateLimiter<NotKeyed, InMemoryState, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// Counts failed attempts. Clones share the counts.
#[derive(Clone, Debug)]
pub struct FailedAttempts(Arc<Limiters<MonotonicClock>>);

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    /// An address of IPv4, or the first 64 bits of one of IPv6, which a client can choose the rest of.
    Address(IpAddr),
    /// Every address for which there is no room.
    Others,
}

#[derive(Debug)]
struct Limiters<C: Clock> {
    attempts: Limiter<C>,
    log_lines: Limiter<C>,
    cleanings: DirectLimiter<C>,
    clock: C,
}

impl FailedAttempts {
    pub(super) fn new() -> Self {
        Self(Arc::new(Limiters::new(MonotonicClock)))
    }

    /// Counts a failed attempt. Returns the time until the next one if there were too many.
    pub(crate) fn check(&self, address: IpAddr) -> Result<(), Duration> {
        self.0.check(address)
    }
}

impl<C: Clock + Clone> Limiters<C> {
    fn new(clock: C) -> Self {
        let every = |interval| Quota::with_period(interval).expect("not zero");
        let attempts = every(REPLENISH_INTERVAL).allow_burst(MAX_BURST);
        Self {
            attempts: RateLimiter::hashmap_with_clock(attempts, clock.clone()),
            log_lines: RateLimiter::hashmap_with_clock(every(LOG_INTERVAL), clock.clone()),
            cleanings: RateLimiter::direct_with_clock(every(CLEAN_INTERVAL), clock.clone()),
            clock,
        }
    }

    fn check(&self, address: IpAddr) -> Result<(), Duration> {
        let source = self.source(address);
        self.attempts.check_key(&source).map_err(|refused| {
            self.log(address, source);
            refused.wait_time_from(self.clock.now())
        })
    }

    fn log(&self, address: IpAddr, source: Source) {
        if self.log_lines.len() > MAX_ADDRESSES || self.log_lines.check_key(&source).is_err() {
            return;
        }
        match source {
            Source::Address(_) => {
                tracing::warn!(%address, "too many requests with a wrong API key; more of them get 429");
            }
            Source::Others => {
                tracing::warn!("too many addresses send wrong API keys; more of their requests get 429");
            }
        }
    }

    fn source(&self, address: IpAddr) -> Source {
        if self.attempts.len() >= MAX_ADDRESSES && self.cleanings.check().is_ok() {
            // Removes the addresses without a failed attempt in the last minute.
            self.attempts.retain_recent();
            self.log_lines.retain_recent();
        }
        if self.attempts.len() >= MAX_ADDRESSES {
            return Source::Others;
        }
        Source::Address(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
            address => address,
        })
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn burst_is_followed_by_one_attempt_every_three_seconds() {
        let clock = FakeRelativeClock::default();
        let limiters = Limiters::new(clock.clone());
        let check = |text| limiters.check(address(text));
        for _ in 0..20 {
            assert_eq!(check("192.0.2.1"), Ok(()));
        }
        assert_eq!(check("192.0.2.1"), Err(Duration::from_secs(3)));
        clock.advance(Duration::from_secs(2));
        assert_eq!(check("192.0.2.1"), Err(Duration::from_secs(1)));
        assert_eq!(check("192.0.2.2"), Ok(()));
        clock.advance(Duration::from_secs(1));
        assert_eq!([check("192.0.2.1").is_ok(), check("192.0.2.1").is_ok()], [true, false]);
        // The same address in its other form.
        assert!(check("::ffff:192.0.2.1").is_err());
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_counted_together() {
        let limiters = Limiters::new(FakeRelativeClock::default());
        for n in 0..20 {
            assert_eq!(limiters.check(address(&format!("2001:db8::{n}:1"))), Ok(()));
        }
        assert!(limiters.check(address("2001:db8::ffff:ffff:ffff:ffff")).is_err());
        assert_eq!(limiters.check(address("2001:db8:0:1::1")), Ok(()));
    }

    #[test]
    fn number_of_addresses_in_memory_is_bounded() {
        let clock = FakeRelativeClock::default();
        let limiters = Limiters::new(clock.clone());
        let flood = |count: u32| {
            let address = |n: u32| IpAddr::from((0x0a00_0000 + n).to_be_bytes());
            (0..count).filter(|n| limiters.check(address(*n)).is_err()).count()
        };
        assert_eq!(flood(10_100), 80, "the last hundred addresses have one burst together");
        assert_eq!(limiters.attempts.len(), MAX_ADDRESSES + 1);
        clock.advance(Duration::from_secs(61));
        assert_eq!(limiters.check(address("192.0.2.1")), Ok(()));
        assert!(limiters.attempts.len() <= 2, "{}", limiters.attempts.len());
    }
}
