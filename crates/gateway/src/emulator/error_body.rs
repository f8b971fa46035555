//! The bodies that servers give their errors.

use axum::Json;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use txjobs_sdk::types;

/// A kind of body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorBody {
    /// As in the contract.
    #[default]
    Message,
    /// The same in camel case.
    CamelMessage,
    /// RFC 9457.
    Problem,
    /// Text.
    Plain,
    /// A web page.
    Html,
    /// Nothing.
    Empty,
}

impl ErrorBody {
    /// An answer with this kind of body.
    pub fn answer(self, status: StatusCode, message: &str) -> Response {
        let title = status.canonical_reason().unwrap_or("Error");
        let (content_type, body) = match self {
            Self::Message => {
                return (status, Json(types::ErrorBody { message: message.to_owned() })).into_response();
            }
            Self::CamelMessage => return (status, Json(json!({ "message": message }))).into_response(),
            Self::Problem => {
                let problem = json!({
                    "type": "about:blank", "title": title, "status": status.as_u16(), "detail": message,
                });
                ("application/problem+json", problem.to_string())
            }
            Self::Plain => ("text/plain; charset=utf-8", format!("{message}\n")),
            Self::Html => ("text/html; charset=utf-8", page(status, title)),
            Self::Empty => return (status, Body::empty()).into_response(),
        };
        (status, [(CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response()
    }
}

/// As a proxy writes it: it knows nothing of the message.
fn page(status: StatusCode, title: &str) -> String {
    let heading = format!("{} {title}", status.as_u16());
    format!(
        "<!doctype html>\n<html><head><title>{heading}</title></head>\n\
         <body><center><h1>{heading}</h1></center><hr><center>proxy</center></body></html>\n"
    )
}
