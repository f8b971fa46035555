//! Serves connections: bounds how many there are, and closes those that use up their time.
//!
//! `axum::serve` has no time-outs and no limit, so that clients that send nothing take every file descriptor of the
//! process. Each connection notes here what it is doing (`activity`). One task looks at all of them, so a request costs
//! no timer.

mod activity;
mod request;
mod stream;

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::serve::Listener;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use stream::ClientStream;

use activity::{Close, Registered, Registry};
use request::{AnswerBody, RequestBody, UnderWay};
use stream::Monitored;

/// A longer head of a request is refused, and about so much of an answer waits to be written.
const BUFFER: usize = 64 * 1024;
/// How soon a new connection that waits for room asks for it again.
const ROOM_INTERVAL: Duration = Duration::from_millis(50);
/// How long, and how much, a client that is still sending a refused body may send before its connection is closed.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 1024 * 1024;

/// What connections may do.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// So many connections are served at the same time. With more, those of no use are closed; then new ones wait.
    pub max_connections: usize,
    /// How long the head of a request may take, from its first byte on, or on a new connection.
    pub header_timeout: Duration,
    /// How long the body of a request may take.
    pub body_timeout: Duration,
    /// How long a connection may wait for its next request.
    pub idle_timeout: Duration,
    /// How long a client may take nothing of its answer.
    pub write_timeout: Duration,
}

/// Serves every connection of the listener until it is to stop and the answers under way have been sent.
pub async fn serve<L>(listener: L, router: Router, limits: ConnectionLimits, stop: CancellationToken)
where
    L: Listener<Addr = SocketAddr>,
    L::Io: ClientStream,
{
    let registry = Arc::new(Registry::default());
    let tasks = TaskTracker::new();
    let mut watch = std::pin::pin!(watch(&registry, &limits));
    tokio::select! {
        // The listener is closed with this future.
        never = accept(listener, router, &limits, &registry, &tasks) => match never {},
        never = &mut watch => match never {},
        () = stop.cancelled() => {}
    }
    tasks.close();
    registry.close_all();
    tokio::select! {
        never = watch => match never {},
        () = tasks.wait() => {}
    }
}

/// Closes what has used up its time.
async fn watch(registry: &Registry, limits: &ConnectionLimits) -> std::convert::Infallible {
    let timeouts = [limits.header_timeout, limits.body_timeout, limits.idle_timeout, limits.write_timeout];
    let shortest = timeouts.into_iter().min().unwrap_or_default();
    // A time-out may be late by a quarter of itself, and by a second at most.
    let mut interval =
        tokio::time::interval((shortest / 4).clamp(Duration::from_millis(5), Duration::from_secs(1)));
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        registry.close_overdue(limits, Instant::now());
    }
}

async fn accept<L>(
    mut listener: L,
    router: Router,
    limits: &ConnectionLimits,
    registry: &Arc<Registry>,
    tasks: &TaskTracker,
) -> std::convert::Infallible
where
    L: Listener<Addr = SocketAddr>,
    L::Io: ClientStream,
{
    let room = Arc::new(Semaphore::new(limits.max_connections));
    let mut builder = http1::Builder::new();
    builder.max_buf_size(BUFFER).max_header_size(BUFFER);
    loop {
        let (stream, _) = listener.accept().await;
        let permit = acquire(&room, limits, registry).await;
        // The last piece of an answer does not wait for the client's word on the one before.
        let _ = stream.socket().set_nodelay(true);
        tasks.spawn(connection(stream, router.clone(), builder.clone(), registry.register(), permit));
    }
}

/// Waits until there is room for one more connection. What comes meanwhile waits in the system's queue.
async fn acquire(
    room: &Arc<Semaphore>,
    limits: &ConnectionLimits,
    registry: &Registry,
) -> OwnedSemaphorePermit {
    if let Ok(permit) = Arc::clone(room).try_acquire_owned() {
        return permit;
    }
    let mut acquired = std::pin::pin!(Arc::clone(room).acquire_owned());
    loop {
        registry.make_room(limits.max_connections, Instant::now());
        if let Ok(permit) = tokio::time::timeout(ROOM_INTERVAL, &mut acquired).await {
            return permit.expect("nobody closes the semaphore");
        }
    }
}

/// Answers the requests of a connection until it is closed.
async fn connection<S: ClientStream>(
    stream: S,
    router: Router,
    builder: http1::Builder,
    registered: Registered,
    _permit: OwnedSemaphorePermit,
) {
    let activity = Arc::clone(&registered.activity);
    let extensions = stream.extensions();
    let is_unread = Arc::new(AtomicBool::new(false));
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        let under_way = UnderWay::begin(Arc::clone(&activity));
        is_unread.store(false, Ordering::Relaxed);
        let mut request = match request.body().is_end_stream() {
            true => request.map(|_| Body::empty()),
            false => request
                .map(|body| Body::new(RequestBody::new(body, Arc::clone(&activity), Arc::clone(&is_unread)))),
        };
        request.extensions_mut().extend(extensions.clone());
        let answer = router.call(request);
        async move {
            let answer = answer.await?;
            under_way.answered(&answer);
            Ok::<_, std::convert::Infallible>(answer.map(|body| AnswerBody::new(body, under_way)))
        }
    });
    let io = TokioIo::new(Monitored::new(stream, Arc::clone(&activity)));
    let mut connection = builder.serve_connection(io, service);
    let mut is_closing = false;
    let order = poll_fn(|context| {
        match activity.poll_close(context) {
            Poll::Ready(Close::Gracefully) if !is_closing => {
                is_closing = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            Poll::Ready(Close::Gracefully) | Poll::Pending => {}
            Poll::Ready(order) => return Poll::Ready(Some(order)),
        }
        let ended = Pin::new(&mut connection).poll(context);
        // What went wrong on a connection is the client's concern; the text has nothing of what it sent.
        ended.map(|result| {
            if let Err(error) = result {
                tracing::trace!(%error, "a connection ended");
                is_unread.fetch_or(error.is_parse(), Ordering::Relaxed);
            }
            None
        })
    })
    .await;
    let stream = connection.into_parts().io.into_inner().stream;
    match order {
        Some(Close::Reset) => {
            // Closing a socket that lingers for no time drops what it has not sent.
            let _ = socket2::SockRef::from(stream.socket()).set_linger(Some(Duration::ZERO));
        }
        None if is_unread.load(Ordering::Relaxed) => discard(stream).await,
        _ => {}
    }
}

/// Reads on for a moment: a socket that is closed with something unread loses its last answer on the way.
async fn discard(mut stream: impl ClientStream) {
    let _ = stream.shutdown().await;
    let mut buffer = vec![0; 16 * 1024];
    let mut left = LINGER_BYTES;
    let read = async {
        while left > 0 {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(count) => left = left.saturating_sub(count),
            }
        }
    };
    let _ = tokio::time::timeout(LINGER, read).await;
}
