//! The operations of the contract, and requests for them that any HTTP client can send.

use std::fmt::{self, Display, Write};

/// The HTTP method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads data. It is safe to repeat.
    Get,
    /// Changes data. Never repeat it automatically.
    Post,
}

impl Method {
    /// Returns the method as HTTP writes it, such as `GET`.
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

/// An operation of the contract.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// The `operationId`.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub template: &'static str,
    /// A short description.
    pub summary: &'static str,
    /// The names of all parameters: first those of the path, then those of the query.
    pub parameters: &'static [&'static str],
    /// The names of the query parameters, which are all optional.
    pub query_parameters: &'static [&'static str],
    /// Whether the operation is an extension that the vendor's API does not have. Use it only if the server announces it.
    pub is_extension: bool,
}

impl Operation {
    /// Creates a request from parameter values that a user typed. `value` returns the value of a parameter by name. The values are
    /// percent-encoded. A query parameter with an empty value is omitted.
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

/// A request for an [`Operation`], without a body. Send [`method`](Self::method) to the base URL followed by
/// [`path_and_query`](Self::path_and_query).
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

    /// Returns the requested operation.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> Method {
        self.operation.method
    }

    /// Returns the percent-encoded path and query. It starts with a slash.
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }
}

/// Appends a path parameter. Parameters are ids, numbers, and enumerations, which need no percent-encoding.
pub(crate) fn push_path(path: &mut String, value: &impl Display) {
    let start = path.len();
    let _ = write!(path, "{value}");
    debug_assert!(is_unreserved(&path[start..]));
}

/// Appends a query parameter if it has a value. The values need no percent-encoding either.
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
    fn request_with_typed_values_equals_the_generated_request() {
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
    fn typed_path_parameter_is_percent_encoded() {
        let request = paths::GET_JOB_STATUS.request(&|_| "../x?y=ö".to_owned());
        assert_eq!(request.path_and_query(), "/public/jobs/..%2Fx%3Fy%3D%C3%B6/status");
    }
}
