//! Tracks the state of each connection and since when it lasts, and decides which connections to close.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::task::AtomicWaker;

use super::limits::ConnectionLimits;

/// A client that reads nothing for this long may be disconnected when there are too many connections.
const MIN_STALL_TIME: Duration = Duration::from_secs(5);
/// When there are too many connections, this part of them is closed in one pass, which avoids a pass per connection.
const CLOSED_FRACTION: usize = 16;

/// How a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// After the current response, if there is one.
    Gracefully,
    /// Immediately.
    Now,
    /// Immediately, with a reset, so that the system frees its send buffer.
    Reset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The head of a request has not arrived completely, or nothing has arrived on a new connection.
    Head,
    /// The body of a request has not arrived completely.
    Body,
    /// A request is being handled.
    Responding,
    /// The last request has its response.
    Idle,
}

/// The state of one connection.
#[derive(Debug)]
pub(super) struct Activity {
    state: Mutex<State>,
    /// Whether an operation accepted a key on this connection.
    has_key: AtomicBool,
    order: AtomicU8,
    waker: AtomicWaker,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    /// Since when the client has read nothing of the data to be written.
    stalled: Option<Instant>,
}

impl Activity {
    fn new(now: Instant) -> Self {
        Self {
            state: Mutex::new(State { phase: Phase::Head, since: now, stalled: None }),
            has_key: AtomicBool::new(false),
            order: AtomicU8::new(0),
            waker: AtomicWaker::new(),
        }
    }

    /// Notes that bytes were received.
    pub fn received(&self) {
        let mut state = self.state();
        if state.phase == Phase::Idle {
            (state.phase, state.since) = (Phase::Head, Instant::now());
        }
    }

    /// Notes that the head of a request is complete.
    pub fn request_began(&self) {
        self.state().phase = Phase::Responding;
    }

    /// Notes that the rest of a request's body is awaited. Its timeout counts from the first such wait.
    pub fn body_awaited(&self) {
        let mut state = self.state();
        if state.phase == Phase::Responding {
            (state.phase, state.since) = (Phase::Body, Instant::now());
        }
    }

    /// Notes that a request's body is complete, or is no longer needed.
    pub fn body_ended(&self) {
        let mut state = self.state();
        if state.phase == Phase::Body {
            state.phase = Phase::Responding;
        }
    }

    /// Notes that the response was passed to the connection.
    pub fn request_ended(&self) {
        let mut state = self.state();
        (state.phase, state.since) = (Phase::Idle, Instant::now());
    }

    /// Notes that a key was accepted.
    pub fn key_accepted(&self) {
        self.has_key.store(true, Ordering::Relaxed);
    }

    pub fn has_key(&self) -> bool {
        self.has_key.load(Ordering::Relaxed)
    }

    /// Notes whether the client reads nothing at the moment.
    pub fn set_stalled(&self, is_stalled: bool) {
        self.state().stalled = is_stalled.then(Instant::now);
    }

    /// Requests the connection to be closed.
    fn close(&self, how: Close) {
        self.order.fetch_max(how as u8 + 1, Ordering::AcqRel);
        self.waker.wake();
    }

    /// Returns how to close the connection, once that is requested.
    pub fn poll_close(&self, context: &Context<'_>) -> Poll<Close> {
        self.waker.register(context.waker());
        match self.order.load(Ordering::Acquire) {
            0 => Poll::Pending,
            1 => Poll::Ready(Close::Gracefully),
            2 => Poll::Ready(Close::Now),
            _ => Poll::Ready(Close::Reset),
        }
    }

    /// Returns how to close a connection that exceeds a timeout.
    fn overdue(&self, limits: &ConnectionLimits, now: Instant) -> Option<Close> {
        let state = self.state();
        let is_over = |since: Instant, timeout| now.saturating_duration_since(since) >= timeout;
        if state.stalled.is_some_and(|since| is_over(since, limits.write_timeout)) {
            return Some(Close::Reset);
        }
        match state.phase {
            Phase::Head if is_over(state.since, limits.header_timeout) => Some(Close::Now),
            Phase::Body if is_over(state.since, limits.body_timeout) => Some(Close::Now),
            Phase::Idle if is_over(state.since, limits.idle_timeout) => Some(Close::Gracefully),
            _ => None,
        }
    }

    /// Returns since when and how a connection may be closed to make room for a new one, or `None` if it may not.
    fn closable(&self, now: Instant) -> Option<(Instant, Close)> {
        let state = self.state();
        match (state.phase, state.stalled) {
            (_, Some(since)) if now.saturating_duration_since(since) >= MIN_STALL_TIME => {
                Some((since, Close::Reset))
            }
            (_, Some(_)) | (Phase::Responding, None) => None,
            (Phase::Head | Phase::Body, None) => Some((state.since, Close::Now)),
            (Phase::Idle, None) => Some((state.since, Close::Gracefully)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every open connection.
#[derive(Debug, Default)]
pub(super) struct Registry {
    last: AtomicU64,
    connections: Mutex<HashMap<u64, Arc<Activity>>>,
}

/// Keeps a connection in the registry until it is dropped.
#[derive(Debug)]
pub(super) struct RegisteredConnection {
    registry: Arc<Registry>,
    number: u64,
    pub activity: Arc<Activity>,
}

impl Registry {
    /// Adds a new connection.
    pub fn register(self: &Arc<Self>) -> RegisteredConnection {
        let activity = Arc::new(Activity::new(Instant::now()));
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        self.connections().insert(number, Arc::clone(&activity));
        RegisteredConnection { registry: Arc::clone(self), number, activity }
    }

    /// Closes connections that exceed a timeout.
    pub fn close_overdue(&self, limits: &ConnectionLimits, now: Instant) {
        for activity in self.connections().values() {
            if let Some(how) = activity.overdue(limits, now) {
                activity.close(how);
            }
        }
    }

    /// Closes idle connections to make room for new ones: first those on which no key was accepted, and of these the ones that
    /// have waited longest. Connections with a request that is being handled stay open.
    pub fn make_room(&self, limit: usize, now: Instant) {
        let connections = self.connections();
        let closable = connections.values().filter_map(|activity| Some((activity, activity.closable(now)?)));
        let mut closable: Vec<_> = closable.collect();
        closable.sort_unstable_by_key(|(activity, (since, _))| (activity.has_key(), *since));
        for (activity, (_, how)) in closable.into_iter().take((limit / CLOSED_FRACTION).max(1)) {
            activity.close(how);
        }
    }

    /// Closes every connection: after the current response, or immediately if no request is complete.
    pub fn close_all(&self) {
        for activity in self.connections().values() {
            let is_waiting = activity.state().phase == Phase::Head;
            activity.close(if is_waiting { Close::Now } else { Close::Gracefully });
        }
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<u64, Arc<Activity>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for RegisteredConnection {
    fn drop(&mut self) {
        self.registry.connections().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ConnectionLimits = ConnectionLimits {
        max_connections: 32,
        header_timeout: Duration::from_secs(10),
        body_timeout: Duration::from_secs(20),
        idle_timeout: Duration::from_secs(100),
        write_timeout: Duration::from_secs(30),
    };

    fn order(registered: &RegisteredConnection) -> Option<Close> {
        match registered.activity.poll_close(&Context::from_waker(std::task::Waker::noop())) {
            Poll::Ready(how) => Some(how),
            Poll::Pending => None,
        }
    }

    #[test]
    fn each_phase_has_its_own_timeout() {
        let registry = Arc::new(Registry::default());
        let [new, body, responding, idle, stalled] = std::array::from_fn(|_| registry.register());
        for connection in [&body, &responding, &idle, &stalled] {
            connection.activity.request_began();
        }
        body.activity.body_awaited();
        idle.activity.request_ended();
        stalled.activity.set_stalled(true);
        let all = [&new, &body, &responding, &idle, &stalled];
        let after = |seconds| {
            registry.close_overdue(&LIMITS, Instant::now() + Duration::from_secs(seconds));
            all.map(order)
        };
        assert_eq!(after(9), [None; 5]);
        assert_eq!(after(11), [Some(Close::Now), None, None, None, None]);
        assert_eq!(after(21), [Some(Close::Now), Some(Close::Now), None, None, None]);
        assert_eq!(after(31)[4], Some(Close::Reset));
        assert_eq!(after(1000)[2..4], [None, Some(Close::Gracefully)]);
    }

    #[test]
    fn progress_restarts_the_timeout() {
        let registry = Arc::new(Registry::default());
        let connection = registry.register();
        connection.activity.request_began();
        connection.activity.set_stalled(true);
        connection.activity.set_stalled(false);
        registry.close_overdue(&LIMITS, Instant::now() + Duration::from_secs(1000));
        assert_eq!(order(&connection), None);
        // A slow head counts from its first byte.
        connection.activity.request_ended();
        connection.activity.received();
        registry.close_overdue(&LIMITS, Instant::now() + Duration::from_secs(11));
        assert_eq!(order(&connection), Some(Close::Now));
    }

    #[test]
    fn connections_without_a_key_make_room_first() {
        let registry = Arc::new(Registry::default());
        let connections: [_; 6] = std::array::from_fn(|_| registry.register());
        let [with_key, new, idle, responding, reading, stalled] = &connections;
        for connection in [with_key, idle, responding, reading, stalled] {
            connection.activity.request_began();
        }
        with_key.activity.key_accepted();
        with_key.activity.request_ended();
        idle.activity.request_ended();
        reading.activity.set_stalled(true);
        let room = |limit, seconds| {
            registry.make_room(limit, Instant::now() + Duration::from_secs(seconds));
            connections.each_ref().map(|connection| order(connection).is_some())
        };
        // Each call closes at least one connection, the one that waited longest.
        assert_eq!(room(1, 1), [false, true, false, false, false, false]);
        assert_eq!(order(new), Some(Close::Now));
        assert_eq!(room(32, 1), [false, true, true, false, false, false]);
        assert_eq!(order(idle), Some(Close::Gracefully));
        assert_eq!(room(160, 1), [true, true, true, false, false, false]);
        assert_eq!(room(160, 6), [true, true, true, false, true, false]);
        assert_eq!(order(reading), Some(Close::Reset));
    }

    #[test]
    fn a_closed_connection_leaves_the_registry() {
        let registry = Arc::new(Registry::default());
        drop(registry.register());
        assert!(registry.connections().is_empty());
    }
}
