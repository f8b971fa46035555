//! Which extensions of txjobs a server announces.

/// The extensions that a server named in the response header
/// [`EXTENSIONS_HEADER`](crate::paths::EXTENSIONS_HEADER). The default is none: the vendor's contract and no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extensions {
    /// `cancel_job` exists.
    pub cancel: bool,
    /// `get_job_logs_by_trigger` takes `after`.
    pub after: bool,
    /// `get_job_logs` takes `limit`.
    pub limit: bool,
    /// `get_job_logs` takes `logs=none`.
    pub logs: bool,
}

impl Extensions {
    /// Everything that the contract has.
    pub const ALL: Self = Self { cancel: true, after: true, limit: true, logs: true };

    /// Reads the header's value; `None`, the header's absence, is no extension. Unknown names are ignored.
    pub fn from_header(value: Option<&str>) -> Self {
        let mut extensions = Self::default();
        for name in value.unwrap_or_default().split(',') {
            match name.trim() {
                "cancel" => extensions.cancel = true,
                "after" => extensions.after = true,
                "limit" => extensions.limit = true,
                "logs" => extensions.logs = true,
                _ => {}
            }
        }
        extensions
    }

    /// The header's value for [`ALL`](Self::ALL), for a server.
    pub const HEADER_VALUE: &str = "cancel, after, limit, logs";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_names_them() {
        assert_eq!(Extensions::from_header(None), Extensions::default());
        assert_eq!(Extensions::from_header(Some(Extensions::HEADER_VALUE)), Extensions::ALL);
        let some = Extensions::from_header(Some("after,  future ,limit"));
        assert_eq!(some, Extensions { after: true, limit: true, ..Extensions::default() });
    }
}
