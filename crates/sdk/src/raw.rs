//! Sends a request and returns the response as it is.

use bytes::Bytes;
use progenitor_client::{ClientInfo, Error as ClientError};
use reqwest::{Method, StatusCode, header::HeaderMap};

use crate::{client::Client, error::Error, operation, types::ErrorBody};

/// A response whose body has not been read yet.
#[derive(Debug)]
pub struct RawResponse {
    response: reqwest::Response,
    request: operation::Request,
}

impl Client {
    /// Sends a request once and returns the response with any status, as soon as its headers have arrived.
    ///
    /// Waits for a pause that the server requested, like the other methods. Does not repeat the request.
    ///
    /// # Errors
    ///
    /// Returns an error if no response arrives.
    pub async fn send_raw(&self, request: &operation::Request) -> Result<RawResponse, Error> {
        let method = match request.method() {
            operation::Method::Get => Method::GET,
            operation::Method::Post => Method::POST,
        };
        let transport = self.inner();
        let client = if method == Method::GET { &transport.get_client } else { &transport.post_client };
        transport.pause.wait().await;
        let url = format!("{}{}", self.baseurl(), request.path_and_query());
        let response = client.request(method, url).send().await.map_err(|error| to_error(request, error))?;
        transport.pause.handle_response(response.status(), response.headers());
        Ok(RawResponse { response, request: request.clone() })
    }
}

impl RawResponse {
    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Returns the next part of the body, or `None` at its end.
    ///
    /// # Errors
    ///
    /// Returns an error if the connection is lost.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.response.chunk().await.map_err(|error| to_error(&self.request, error))
    }
}

fn to_error(request: &operation::Request, error: reqwest::Error) -> Error {
    Error::from_client(request.operation(), ClientError::<ErrorBody>::CommunicationError(error))
}
