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
    /// The names of all its parameters: those of the path and then those of the query.
    pub parameters: &'static [&'static str],
    /// The names of its query parameters, which are all optional.
    pub query_parameters: &'static [&'static str],
    /// Whether it is ours and not the vendor's: use it only where the server announces it.
    pub is_extension: bool,
}

impl Operation {
    /// A request with values as somebody typed them, for tools that let people write one by hand. Everything is
    /// percent-encoded; a query parameter whose value is empty is left out.
    pub fn request(&'static self, value: &dyn Fn(&str) -> String) -> Request {
        let (mut path, mut rest) = (String::new(), self.template);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            path.push_str(before);
            push_encoded(&mut path, &value(name));
            rest = after;
        }
        path.push_str(rest);
        let mut query = String::new();
        for name in self.query_parameters {
            let value = value(name);
            if !value.is_empty() {
                query.push(if query.is_empty() { '?' } else { '&' });
                query.push_str(name);
                query.push('=');
                push_encoded(&mut query, &value);
            }
        }
        Request::new(self, path, query)
    }
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

fn push_encoded(text: &mut String, value: &str) {
    for byte in value.bytes() {
        if is_unreserved_byte(byte) {
            text.push(byte as char);
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
}

fn is_unreserved(text: &str) -> bool {
    text.bytes().all(is_unreserved_byte)
}

fn is_unreserved_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use crate::paths;

    #[test]
    fn a_request_by_hand_is_the_one_of_the_contract() {
        let typed = |name: &str| match name {
            "job_id" => "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35".to_owned(),
            "limit" => "5".to_owned(),
            _ => String::new(),
        };
        let request = paths::GET_JOB_LOGS.request(&typed);
        let job = typed("job_id").parse().unwrap();
        assert_eq!(request, paths::get_job_logs(job, Some(5), None));
        assert_eq!(paths::GET_JOB_LOGS_BY_TRIGGER.parameters, ["job_id", "trigger_id", "after"]);
    }

    #[test]
    fn what_is_typed_stays_one_part_of_the_path() {
        let request = paths::GET_JOB_STATUS.request(&|_| "../x?y=ö".to_owned());
        assert_eq!(request.path_and_query(), "/public/jobs/..%2Fx%3Fy%3D%C3%B6/status");
    }
}
