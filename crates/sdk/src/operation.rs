//! An operation of the contract, and a request for one, free of any transport.

use std::fmt::{self, Display, Write};

/// The HTTP method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads; safe to repeat.
    Get,
    /// Changes something; never sent twice for one intention.
    Post,
}

impl Method {
    /// The method as it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One operation of `openapi.yaml`.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its `operationId`.
    pub id: &'static str,
    /// Its method.
    pub method: Method,
    /// Its path, with parameters in braces.
    pub template: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// Whether it is ours and not the vendor's: use it only where the server announces it.
    pub extension: bool,
}

/// A request for an [`Operation`]: send [`method`](Self::method) to the base URL followed by
/// [`path_and_query`](Self::path_and_query). It carries no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    operation: &'static Operation,
    path_and_query: String,
}

impl Request {
    pub(crate) fn new(operation: &'static Operation, mut path: String, query: String) -> Self {
        path.push_str(&query);
        Self { operation, path_and_query: path }
    }

    /// The operation asked for.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The method to send.
    pub fn method(&self) -> Method {
        self.operation.method
    }

    /// Begins with a slash; everything in it is percent-encoded as it must be.
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }
}

// Parameters are ids, numbers and enumerations: their text needs no percent-encoding. The spec's types see to that,
// and the assertion to the spec.
pub(crate) fn push_path(path: &mut String, value: &impl Display) {
    let start = path.len();
    let _ = write!(path, "{value}");
    debug_assert!(is_unreserved(&path[start..]));
}

pub(crate) fn push_query(query: &mut String, key: &str, value: Option<impl Display>) {
    let Some(value) = value else { return };
    query.push(if query.is_empty() { '?' } else { '&' });
    let start = query.len() + key.len() + 1;
    let _ = write!(query, "{key}={value}");
    debug_assert!(is_unreserved(&query[start..]));
}

fn is_unreserved(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}
