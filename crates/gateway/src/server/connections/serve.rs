//! Accepts and serves connections.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::Extensions;
use axum::serve::Listener;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::activity::{Close, RegisteredConnection, Registry};
use super::discard::discard;
use super::handshake::handshake;
use super::limits::ConnectionLimits;
use super::request::{ActiveRequest, RequestBody, ResponseBody};
use super::stream::{ClientStream, MonitoredStream};
use crate::tls::Tls;

/// The longest head of a request, and about the most bytes of a response that wait to be written.
const BUFFER: usize = 64 * 1024;
/// How often a new connection that waits for room checks for it.
const ROOM_INTERVAL: Duration = Duration::from_millis(50);
/// Serves every connection of the listener, with or without TLS, until `stop` is canceled and the current responses have been sent.
pub async fn serve<L>(
    listener: L,
    tls: Option<Tls>,
    router: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) where
    L: Listener<Addr = SocketAddr>,
    L::Io: ClientStream,
{
    let registry = Arc::new(Registry::default());
    let tasks = TaskTracker::new();
    let mut watch = std::pin::pin!(watch(&registry, &limits));
    tokio::select! {
        // Dropping this future closes the listener.
        never = accept(listener, tls, router, &limits, &registry, &tasks) => match never {},
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

/// Closes connections that exceed a timeout.
async fn watch(registry: &Registry, limits: &ConnectionLimits) -> std::convert::Infallible {
    let timeouts = [limits.header_timeout, limits.body_timeout, limits.idle_timeout, limits.write_timeout];
    let shortest = timeouts.into_iter().min().unwrap_or_default();
    // A connection is closed at most a quarter of its timeout late, and at most one second.
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
    tls: Option<Tls>,
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
        let (stream, address) = listener.accept().await;
        let permit = acquire_permit(&room, limits, registry).await;
        // Without Nagle's algorithm the last part of a response does not wait for the acknowledgment of the part before.
        let _ = stream.socket().set_nodelay(true);
        let mut extensions = stream.extensions();
        extensions.insert(ConnectInfo(address));
        let (router, builder, registered) = (router.clone(), builder.clone(), registry.register());
        match &tls {
            None => tasks.spawn(connection(stream, extensions, router, builder, registered, permit)),
            Some(tls) => {
                let acceptor = tls.acceptor();
                tasks.spawn(async move {
                    if let Some(stream) = handshake(acceptor, stream, &registered.activity).await {
                        connection(stream, extensions, router, builder, registered, permit).await;
                    }
                })
            }
        };
    }
}

/// Waits until there is room for one more connection. Meanwhile new connections wait in the system's queue.
async fn acquire_permit(
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
            return permit.expect("the semaphore is never closed");
        }
    }
}

/// Serves the requests of a connection, with these extensions, until it is closed.
async fn connection<S: ClientStream>(
    stream: S,
    extensions: Extensions,
    router: Router,
    builder: http1::Builder,
    registered: RegisteredConnection,
    _permit: OwnedSemaphorePermit,
) {
    let activity = Arc::clone(&registered.activity);
    let is_unread = Arc::new(AtomicBool::new(false));
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        let active_request = ActiveRequest::begin(Arc::clone(&activity));
        is_unread.store(false, Ordering::Relaxed);
        let mut request = match request.body().is_end_stream() {
            true => request.map(|_| Body::empty()),
            false => request
                .map(|body| Body::new(RequestBody::new(body, Arc::clone(&activity), Arc::clone(&is_unread)))),
        };
        request.extensions_mut().extend(extensions.clone());
        let response = router.call(request);
        async move {
            let response = response.await?;
            active_request.note_response(&response);
            Ok::<_, std::convert::Infallible>(response.map(|body| ResponseBody::new(body, active_request)))
        }
    });
    let io = TokioIo::new(MonitoredStream::new(stream, Arc::clone(&activity)));
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
        // An error of a connection concerns its client only. The text contains nothing that the client sent.
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
            // Closing a socket with a linger time of zero drops unsent data.
            let _ = socket2::SockRef::from(stream.socket()).set_linger(Some(Duration::ZERO));
        }
        None if is_unread.load(Ordering::Relaxed) => discard(stream).await,
        _ => {}
    }
}
