//! Converts the errors of the generated client.

use crate::{
    error::{Error, ErrorKind},
    operation::Operation,
    transport_error::{from_reqwest, retry_after},
    types::ErrorBody,
};

impl Error {
    /// Converts the error of the [`Client`](crate::Client)'s method for `operation`.
    pub fn from_client(operation: &'static Operation, error: progenitor_client::Error<ErrorBody>) -> Self {
        use progenitor_client::Error::*;
        match error {
            ErrorResponse(response) => Self {
                message: Some(&response.message).filter(|message| !message.is_empty()).cloned(),
                retry_after: retry_after(response.headers()),
                ..Self::from_status(operation, response.status().as_u16())
            },
            UnexpectedResponse(response) => Self::from_status(operation, response.status().as_u16()),
            InvalidResponsePayload(body, error) => Self::from_decode_error(operation, 200, &body, &error),
            CommunicationError(error) | ResponseBodyError(error) | InvalidUpgrade(error) => {
                from_reqwest(&error).with_operation(operation)
            }
            InvalidRequest(problem) | Custom(problem) => {
                Self::new(ErrorKind::RequestRefused).with_message(&problem).with_operation(operation)
            }
        }
    }
}
