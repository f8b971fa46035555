//! Decodes a response with executions while it arrives.

use std::{cell::RefCell, time::Duration};

use js_sys::{Reflect, Uint8Array};
use txjobs_sdk::{Error, ErrorKind, Extensions, follow::KnownLines, operation::Request};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStreamDefaultReader;

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
    let body = match open_response.response.body() {
        Some(body) if open_response.response.ok() => body,
        _ => {
            let raw = open_response.into_raw(operation, false).await.map_err(without_lines)?;
            // A success without a body cannot be decoded.
            return Err(without_lines(
                raw.check_status(operation).err().unwrap_or_else(|| Error::new(ErrorKind::Interrupted)),
            ));
        }
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut timeout = open_response.timeout;
    let (mut decoder, mut received) = (LogDecoder::default(), 0);
    let mut chunk = Vec::new();
    let mut slice_start = time::uptime_millis();
    loop {
        let next = JsFuture::from(reader.read()).await;
        let Ok(next) = next else {
            let error = timeout.error(ErrorKind::Interrupted).with_operation(operation);
            return Err((Some(error), decoder.into_partial()));
        };
        let bytes =
            Reflect::get(&next, &"value".into()).ok().and_then(|value| value.dyn_into::<Uint8Array>().ok());
        let is_last = bytes.is_none();
        match bytes {
            Some(bytes) => {
                received += bytes.length() as usize;
                chunk.resize(bytes.length() as usize, 0);
                bytes.copy_to(&mut chunk);
                decoder.push(&chunk);
                timeout.restart();
            }
            None => decoder.set_complete(),
        }
        loop {
            match decoder.decode_batch(&mut known_lines.borrow_mut()) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) => {
                    let _ = reader.cancel();
                    return Err(without_lines(Error::from_decode_error(operation, status, &[], &error)));
                }
            }
            if time::uptime_millis() - slice_start > MAX_DECODE_MILLIS {
                time::sleep(Duration::ZERO).await;
                slice_start = time::uptime_millis();
            }
        }
        if !on_progress(received) {
            let _ = reader.cancel();
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
