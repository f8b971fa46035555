//! Bodies of requests and responses that note the progress of a request on a connection.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use txjobs_sdk::paths;

use super::activity::Activity;

/// A request that is being handled, until this is dropped.
#[derive(Debug)]
pub(super) struct ActiveRequest(pub Arc<Activity>);

impl ActiveRequest {
    pub fn begin(activity: Arc<Activity>) -> Self {
        activity.request_began();
        Self(activity)
    }

    /// Notes whether only a caller with a valid key gets this response.
    pub fn note_response<B>(&self, response: &Response<B>) {
        let status = response.status();
        let is_accepted =
            status.is_success() || [StatusCode::NOT_MODIFIED, StatusCode::CONFLICT].contains(&status);
        // Only responses of operations have this header.
        if is_accepted && !self.0.has_key() && response.headers().contains_key(paths::EXTENSIONS_HEADER) {
            self.0.key_accepted();
        }
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        self.0.request_ended();
    }
}

/// The body of a request.
#[derive(Debug)]
pub(super) struct RequestBody {
    body: Incoming,
    activity: Arc<Activity>,
    /// Whether a part of it has not been read. Outlives the body.
    is_unread: Arc<AtomicBool>,
}

impl RequestBody {
    pub fn new(body: Incoming, activity: Arc<Activity>, is_unread: Arc<AtomicBool>) -> Self {
        is_unread.store(true, Ordering::Relaxed);
        Self { body, activity, is_unread }
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        match &frame {
            Poll::Pending => self.activity.body_awaited(),
            Poll::Ready(Some(_)) if !self.body.is_end_stream() => {}
            Poll::Ready(_) => {
                self.is_unread.store(false, Ordering::Relaxed);
                self.activity.body_ended();
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.activity.body_ended();
    }
}

/// The body of a response. The request is active until this has been passed to the connection.
#[derive(Debug)]
pub(super) struct ResponseBody {
    body: Body,
    _active_request: ActiveRequest,
}

impl ResponseBody {
    pub fn new(body: Body, active_request: ActiveRequest) -> Self {
        Self { body, _active_request: active_request }
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
