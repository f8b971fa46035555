//! Why a request to the API server failed, and what to do.

use kube::client::AuthError;

/// Why a request to the API server failed.
#[derive(Clone, Debug)]
pub(in crate::kubernetes_job) enum ClusterError {
    /// There is no response, or the server may accept the same request later. A request that creates or deletes may have arrived.
    Unavailable(String),
    /// The server refuses the request.
    Refused {
        /// The status code.
        code: u16,
        /// The reason as a word, such as `AlreadyExists`.
        reason: String,
        /// The reason as a sentence.
        message: String,
    },
}

/// How messages of the server name the resource of a Job.
const JOBS: &str = "jobs.batch";
/// The most characters of a message of the server.
const MAX_MESSAGE_CHARS: usize = 1000;

impl ClusterError {
    /// Returns the error for a time without a response.
    pub fn timed_out(limit: std::time::Duration) -> Self {
        Self::Unavailable(format!(
            "there was no complete response within {}",
            humantime::format_duration(limit)
        ))
    }

    /// Returns the error for a Job that is gone, and whose name another one has.
    pub fn replaced_job() -> Self {
        Self::Refused {
            code: 404,
            reason: "NotFound".to_owned(),
            message: format!("another one of {JOBS} has its name"),
        }
    }

    /// Returns whether the Job does not exist. Its namespace may be missing, too, and a proxy may respond with 404 to anything.
    pub fn is_missing_job(&self) -> bool {
        matches!(self, Self::Refused { code: 404, message, .. } if message.contains(JOBS))
    }

    /// Returns whether an object of this name exists already.
    pub fn is_already_exists(&self) -> bool {
        matches!(self, Self::Refused { reason, .. } if reason == "AlreadyExists")
    }

    /// Returns the cause, for the inside of a sentence.
    pub fn cause(&self) -> String {
        match self {
            Self::Unavailable(cause) => cause.clone(),
            Self::Refused { code, message, .. } => format!("the API server responded with {code}: {message}"),
        }
    }

    /// Returns what a person can do, as a sentence with a blank before it. Empty if nothing is known.
    pub fn advice(&self, namespace: &str) -> String {
        let Self::Refused { code, message, .. } = self else { return String::new() };
        match code {
            401 => " Check the credentials: the token of the service account, or the user of the context in the kubeconfig file."
                .to_owned(),
            403 if message.contains("exceeded quota") => {
                format!(" Raise the quota of the namespace {namespace:?}, or start the job later.")
            }
            403 => format!(
                " Give the gateway's account a Role in the namespace {namespace:?} that allows to create, get, and delete jobs, to \
                 list pods, and to get pods/log."
            ),
            404 if message.contains("namespaces") => {
                format!(" Create the namespace {namespace:?}, or name another one with `namespace`.")
            }
            400 | 422 => " Correct the table `kubernetes` of the job, or its manifest.".to_owned(),
            _ => String::new(),
        }
    }
}

impl From<kube::Error> for ClusterError {
    fn from(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) if matches!(status.code, 408 | 425 | 429 | 500..) => Self::Unavailable(
                format!("the API server responded with {}: {}", status.code, excerpt(&status.message)),
            ),
            kube::Error::Api(status) => Self::Refused {
                code: status.code,
                reason: status.reason.clone(),
                message: excerpt(&status.message),
            },
            // Its URL may have a password.
            kube::Error::ProxyProtocolUnsupported { .. } | kube::Error::ProxyProtocolDisabled { .. } => {
                Self::Unavailable(
                    "the proxy has a protocol that is not supported. Use an HTTP proxy".to_owned(),
                )
            }
            kube::Error::Auth(error) => Self::Unavailable(auth_cause(&error)),
            error => Self::Unavailable(format!("the connection failed: {}", innermost(&error))),
        }
    }
}

/// Describes why credentials cannot be obtained. What a program got or printed may be a secret.
fn auth_cause(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecRun { out, .. } => {
            format!("the program of the kubeconfig file that gets the credentials failed with {}", out.status)
        }
        AuthError::ReadTokenFile(error, path) => {
            format!("the token file {} cannot be read: {error}", path.display())
        }
        AuthError::InvalidBearerToken(_) | AuthError::InvalidBasicAuth(_) => {
            "the credentials have a character that headers cannot have".to_owned()
        }
        _ => "the credentials cannot be obtained".to_owned(),
    }
}

/// Returns the innermost cause, which says most. The others repeat it.
fn innermost(error: &kube::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    match error {
        kube::Error::SerdeError(_) => "the response is not what the API promises".to_owned(),
        _ => excerpt(&cause.to_string()),
    }
}

/// Returns the text as one line without its trailing period, and not too long.
pub(in crate::kubernetes_job) fn excerpt(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let line = words.join(" ");
    let line = line.trim_end_matches('.');
    match line.char_indices().nth(MAX_MESSAGE_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
