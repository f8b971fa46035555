//! Reads the body of a response while it arrives.

use js_sys::{Reflect, Uint8Array};
use txjobs_sdk::{Error, ErrorKind};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::timeout::RequestTimeout;
use crate::text::tf;

/// The largest body that is read as a whole: ten times the list of 50,000 jobs. Logs are decoded while they arrive.
const MAX_BYTES: usize = 64 << 20;

/// The rest of a body. The time-out starts again with each chunk, so that a slow body is read to its end.
pub(super) struct BodyReader {
    /// `None` if the response has no body.
    reader: Option<ReadableStreamDefaultReader>,
    timeout: RequestTimeout,
}

impl BodyReader {
    pub(super) fn new(body: Option<ReadableStream>, timeout: RequestTimeout) -> Self {
        Self { reader: body.map(|body| body.get_reader().unchecked_into()), timeout }
    }

    /// Waits for the next chunk. Returns `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns an error if the connection breaks or nothing arrives for too long.
    pub(super) async fn next(&mut self) -> Result<Option<Uint8Array>, Error> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let next =
            JsFuture::from(reader.read()).await.map_err(|_| self.timeout.error(ErrorKind::Interrupted))?;
        self.timeout.restart();
        let value = Reflect::get(&next, &JsValue::from_str("value")).ok();
        Ok(value.and_then(|value| value.dyn_into::<Uint8Array>().ok()))
    }

    /// Reads all chunks.
    ///
    /// # Errors
    ///
    /// See [`next`](Self::next). Also returns an error if the body is too large, and aborts the request.
    pub(super) async fn read_all(mut self) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = self.next().await? {
            let start = body.len();
            if start + chunk.length() as usize > MAX_BYTES {
                let message = tf!("The response is larger than {size} MB.", size = MAX_BYTES >> 20);
                return Err(Error::new(ErrorKind::InvalidBody).with_message(&message));
            }
            body.resize(start + chunk.length() as usize, 0);
            chunk.copy_to(&mut body[start..]);
        }
        Ok(body)
    }
}
