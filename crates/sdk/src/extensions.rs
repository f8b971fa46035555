//! The extensions of the contract that a server announces.

/// The extensions of the contract that a server announced in the response header
/// [`EXTENSIONS_HEADER`](crate::paths::EXTENSIONS_HEADER). The default is none: the vendor's API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extensions {
    /// The operation `cancel_job` exists.
    pub cancel: bool,
    /// `get_job_logs_by_trigger` accepts `after`.
    pub after: bool,
    /// `get_job_logs` accepts `limit`.
    pub limit: bool,
    /// `get_job_logs` accepts `logs=none`.
    pub logs: bool,
    /// `get_job_logs_by_trigger` accepts the id of an execution without a trigger id.
    pub executions: bool,
}

impl Extensions {
    /// All extensions of the contract.
    pub const ALL: Self = Self { cancel: true, after: true, limit: true, logs: true, executions: true };

    /// The header's value for [`ALL`](Self::ALL), for a server.
    pub const HEADER_VALUE: &str = "cancel, after, limit, logs, executions";

    /// Parses the header's value. `None` is a missing header: no extensions. Unknown names are ignored.
    pub fn from_header(value: Option<&str>) -> Self {
        let mut extensions = Self::default();
        for name in value.unwrap_or_default().split(',') {
            match name.trim() {
                "cancel" => extensions.cancel = true,
                "after" => extensions.after = true,
                "limit" => extensions.limit = true,
                "logs" => extensions.logs = true,
                "executions" => extensions.executions = true,
                _ => {}
            }
        }
        extensions
    }
}

#[cfg(feature = "client")]
impl From<&reqwest::header::HeaderMap> for Extensions {
    fn from(headers: &reqwest::header::HeaderMap) -> Self {
        let value = headers.get(crate::paths::EXTENSIONS_HEADER).and_then(|value| value.to_str().ok());
        Self::from_header(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_with_known_and_unknown_names_is_parsed() {
        assert_eq!(Extensions::from_header(None), Extensions::default());
        assert_eq!(Extensions::from_header(Some(Extensions::HEADER_VALUE)), Extensions::ALL);
        let some = Extensions::from_header(Some("after,  future ,limit"));
        assert_eq!(some, Extensions { after: true, limit: true, ..Extensions::default() });
    }
}
