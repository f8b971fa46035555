//! Sends the requests of a [`Client`](crate::Client), repeats interrupted GETs, and decodes the responses.

use std::time::Instant;

use bytes::Bytes;
use progenitor_client::{Error, OperationInfo, ResponseValue};
use reqwest::{Method, Request};
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::{decode, error::extract_message, key::ApiKey, transport_error::root_cause, types::ErrorBody};

mod received;
mod retry;
mod shared_pause;

use received::{ReceivedBody, ReceivedResponse};
pub(crate) use shared_pause::SharedPause;

/// The state that a [`Client`](crate::Client) needs to send requests.
#[derive(Clone, Debug)]
pub struct Transport {
    /// The HTTP client for GETs. It follows redirects within the same origin.
    pub(crate) get_client: reqwest::Client,
    /// The HTTP client for POSTs. It follows no redirects, because they would send a POST a second time.
    pub(crate) post_client: reqwest::Client,
    /// How often a GET is repeated.
    pub(crate) retries: u32,
    /// The key, to mask it in responses.
    pub(crate) key: ApiKey,
    pub(crate) pause: SharedPause,
}

/// The result of a method of the generated client.
type ClientResult<T> = Result<ResponseValue<T>, Error<ErrorBody>>;

impl Transport {
    /// Sends a request and decodes the response. Repeats a GET after a transient error.
    ///
    /// Runs in a tracing span with the operation and the path, and without headers.
    pub(crate) async fn send_and_decode<T: DeserializeOwned>(
        &self,
        request: Request,
        info: &OperationInfo,
    ) -> ClientResult<T> {
        let span = tracing::info_span!(
            "txjobs request",
            operation = info.operation_id,
            method = %request.method(),
            path = request.url().path(),
        );
        async {
            let retries = if *request.method() == Method::GET { self.retries } else { 0 };
            for attempt in 0..retries {
                let Some(request) = request.try_clone() else { break };
                let result = self.decode(self.send(request).await);
                let Some(delay) = retry::delay_before_retry(&result, attempt) else { return result };
                tracing::debug!(attempt = attempt + 1, ?delay, "repeating the request");
                tokio::time::sleep(delay).await;
            }
            self.decode(self.send(request).await)
        }
        .instrument(span)
        .await
    }

    async fn send(&self, request: Request) -> reqwest::Result<ReceivedResponse> {
        self.pause.wait().await;
        let client = if *request.method() == Method::GET { &self.get_client } else { &self.post_client };
        let start = Instant::now();
        let result = match client.execute(request).await {
            Ok(response) => ReceivedResponse::read(response, &self.key).await,
            Err(error) => Err(error),
        };
        let elapsed = start.elapsed();
        match &result {
            Ok(response) => {
                tracing::debug!(status = response.status.as_u16(), ?elapsed, "received a response");
                self.pause.handle_response(response.status, &response.headers);
            }
            Err(error) => {
                let error = self.key.mask(&root_cause(error));
                tracing::debug!(error, ?elapsed, "received no complete response");
            }
        }
        result
    }

    #[expect(clippy::result_large_err, reason = "progenitor's methods return this error")]
    fn decode<T: DeserializeOwned>(&self, result: reqwest::Result<ReceivedResponse>) -> ClientResult<T> {
        let ReceivedResponse { status, headers, body } = result.map_err(Error::CommunicationError)?;
        match body {
            ReceivedBody::Success(body) => match decode::json(&body) {
                Ok(value) => Ok(ResponseValue::new(value, status, headers)),
                Err(error) => Err(self.decode_error(body, error)),
            },
            ReceivedBody::ErrorMessage(message) if status.is_client_error() || status.is_server_error() => {
                Err(Error::ErrorResponse(ResponseValue::new(ErrorBody { message }, status, headers)))
            }
            ReceivedBody::ErrorMessage(_) => {
                let mut response = http::Response::new("");
                *response.status_mut() = status;
                *response.headers_mut() = headers;
                Err(Error::UnexpectedResponse(response.into()))
            }
        }
    }

    /// Returns the error of a body that cannot be decoded, with the key masked.
    fn decode_error(&self, body: Bytes, error: serde_json::Error) -> Error<ErrorBody> {
        let text = String::from_utf8_lossy(&body);
        let masked_text = self.key.mask(&text);
        let error_text = error.to_string();
        let masked_error_text = self.key.mask(&error_text);
        let error =
            if masked_error_text == error_text { error } else { serde::de::Error::custom(masked_error_text) };
        // Tags may split the key in the markup, while the visible text contains it unbroken.
        let message = extract_message(masked_text.as_bytes()).unwrap_or_default();
        let masked_message = self.key.mask(&message);
        if masked_message != message {
            let escaped = masked_message.replace('&', "&amp;").replace('<', "&lt;");
            return Error::InvalidResponsePayload(format!("<p>{escaped}</p>").into(), error);
        }
        if masked_text == text {
            return Error::InvalidResponsePayload(body, error);
        }
        Error::InvalidResponsePayload(masked_text.into(), error)
    }
}
