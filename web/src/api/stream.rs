//! Decodes a response with executions while it arrives.

use std::{cell::RefCell, time::Duration};

use txjobs_sdk::{Error, ErrorKind, Extensions, follow::KnownLines, operation::Request};

use super::transport::{MAX_WAIT, open};
use crate::{
    api::response::ApiResponse,
    log::{DecodedLogs, Lines, LogDecoder},
    profiles::session::Session,
    utils::time,
};

/// Maximum time of decoding before control returns to the browser, in milliseconds.
const MAX_DECODE_MILLIS: f64 = 24.0;

/// See [`Api::stream_executions`](super::Api::stream_executions).
pub(super) async fn executions(
    session: &Session,
    request: &Request,
    known_lines: &RefCell<KnownLines>,
    on_progress: &dyn Fn(usize) -> bool,
) -> Result<ApiResponse<DecodedLogs>, (Option<Error>, Lines)> {
    let without_lines = |error: Error| (Some(error.with_masked_key(&session.key)), Lines::default());
    let operation = request.operation();
    let open_response = open(session, request, MAX_WAIT).await.map_err(without_lines)?;
    let (status, extensions) = (open_response.response.status(), open_response.extensions());
    if !open_response.response.ok() {
        let raw = open_response.into_raw(operation, false).await.map_err(without_lines)?;
        let error = raw.check_status(operation).err();
        return Err(without_lines(error.unwrap_or_else(|| Error::new(ErrorKind::Interrupted))));
    }
    let mut body = open_response.into_body();
    let (mut decoder, mut received) = (LogDecoder::default(), 0);
    let mut chunk = Vec::new();
    let mut slice_start = time::uptime_millis();
    loop {
        let next = match body.next().await {
            Ok(next) => next,
            Err(error) => return Err((Some(error.with_operation(operation)), decoder.into_partial())),
        };
        let is_last = next.is_none();
        match next {
            Some(bytes) => {
                received += bytes.length() as usize;
                chunk.resize(bytes.length() as usize, 0);
                bytes.copy_to(&mut chunk);
                decoder.push(&chunk);
            }
            None => decoder.set_complete(),
        }
        loop {
            match decoder.decode_batch(&mut known_lines.borrow_mut()) {
                Ok(false) => break,
                Ok(true) => {}
                // The dropped body aborts the request.
                Err(error) => {
                    return Err(without_lines(Error::from_decode_error(operation, status, &[], &error)));
                }
            }
            if time::uptime_millis() - slice_start > MAX_DECODE_MILLIS {
                time::sleep(Duration::ZERO).await;
                slice_start = time::uptime_millis();
            }
        }
        if !on_progress(received) {
            return Err((None, decoder.into_partial()));
        }
        if is_last {
            break;
        }
    }
    known_lines.borrow_mut().end_response();
    match decoder.finish() {
        Ok(value) => Ok(ApiResponse { value, extensions: Extensions::from_header(extensions.as_deref()) }),
        Err((error, body)) => Err(without_lines(Error::from_decode_error(operation, status, &body, &error))),
    }
}
