//! Secrets of requests, which are in variables or files and never in the configuration.

use std::collections::HashMap;
use std::env::VarError;
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use tokio::sync::Semaphore;
use txjobs_processes::variables;

/// The length from which a secret can be masked without damage to other text.
pub(super) const MIN_LENGTH: usize = 8;
/// The longest secret. A token of a directory service has some kilobytes.
const MAX_LENGTH: usize = 64 * 1024;

/// The longest time of a read.
const MAX_READ_TIME: Duration = Duration::from_secs(10);
/// How many reads there are at a time. Those that never end must not use all threads for blocking work.
static READS: Semaphore = Semaphore::const_new(64);

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SecretSource {
    /// An environment variable of the gateway.
    Environment(String),
    /// A file, without the line end at its end.
    File(PathBuf),
}

/// The values of secrets at the time of a request. It has no `Debug`, so that no error can contain them.
#[derive(Default)]
pub(crate) struct SecretValues(HashMap<SecretSource, String>);

impl SecretSource {
    /// Parses what is between `${` and `}`: `env:NAME` or `file:PATH`. A relative path starts at `directory`.
    ///
    /// # Errors
    ///
    /// Fails if it is neither, or if jobs cannot use the variable.
    pub fn parse(text: &str, directory: &Path) -> Result<Self> {
        if let Some(name) = text.strip_prefix("env:") {
            ensure!(
                !name.is_empty() && !name.contains(['=', '\0']),
                "`${{{text}}}` names no environment variable. Write it like `${{env:ENGINE_TOKEN}}`"
            );
            ensure!(
                !name.starts_with(variables::PREFIX),
                "`${{{text}}}` begins with {}. Choose another name: variables with that prefix are settings of this program, which \
                 removes them at its start",
                variables::PREFIX
            );
            return Ok(Self::Environment(name.to_owned()));
        }
        match text.strip_prefix("file:") {
            Some(path) if !path.is_empty() => Ok(Self::File(directory.join(path))),
            _ => bail!("`${{{text}}}` is unknown. Write `${{env:NAME}}` or `${{file:PATH}}`"),
        }
    }

    /// Reads the secret.
    ///
    /// # Errors
    ///
    /// Fails if there is none that a request can contain. The error does not contain it.
    pub fn read(&self) -> Result<String> {
        let text = match self {
            // The error of a value that is not text would have the value.
            Self::Environment(name) => std::env::var(name).map_err(|error| match error {
                VarError::NotPresent => {
                    anyhow!("{self} is not set. Set it for the gateway, and restart the gateway")
                }
                VarError::NotUnicode(_) => anyhow!("{self} is not UTF-8"),
            })?,
            Self::File(path) => read_file(path).with_context(|| format!("{self} cannot be read"))?,
        };
        let value = text.trim_end_matches(['\r', '\n']);
        ensure!(
            value.len() >= MIN_LENGTH,
            "{self} has fewer than {MIN_LENGTH} characters. A secret that short cannot be masked in logs. Use a longer one"
        );
        ensure!(
            !value.chars().any(char::is_control),
            "{self} has a control character or several lines. Write only the secret, on one line"
        );
        Ok(value.to_owned())
    }
}

impl Display for SecretSource {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

fn read_file(path: &Path) -> Result<String> {
    // A pipe would block, and a device has no end.
    let kind = std::fs::metadata(path).map_err(described)?;
    ensure!(!kind.is_dir(), "it is a folder. Name a file with the secret");
    ensure!(kind.is_file(), "it is not a regular file. Name a file with the secret");
    let mut bytes = Vec::new();
    File::open(path).map_err(described)?.take(MAX_LENGTH as u64 + 1).read_to_end(&mut bytes)?;
    ensure!(
        bytes.len() <= MAX_LENGTH,
        "it has more than {MAX_LENGTH} bytes, the length of the longest secret"
    );
    // The usual error has the bytes.
    String::from_utf8(bytes).ok().context("it is not UTF-8")
}

/// Adds to the error of a file what to do about it.
fn described(error: std::io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::NotFound => {
            anyhow!("it does not exist. Write the secret into this file, or correct its path")
        }
        ErrorKind::PermissionDenied => anyhow!("{error}. Allow the user of the gateway to read it"),
        _ => error.into(),
    }
}

impl SecretValues {
    /// Reads these secrets in the background, for a limited time: a file server may not respond.
    ///
    /// # Errors
    ///
    /// Fails if one of them cannot be read in time. The error does not contain any.
    pub async fn read(sources: Vec<SecretSource>) -> Result<Self> {
        if sources.is_empty() {
            return Ok(Self::default());
        }
        let name = sources.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
        let read = async {
            let permit = READS.acquire().await?;
            let read = move || {
                // Until the end of the read, also if nobody waits for it any longer.
                let _permit = permit;
                Self::read_now(sources)
            };
            tokio::task::spawn_blocking(read).await.context("the secrets cannot be read")?
        };
        match tokio::time::timeout(MAX_READ_TIME, read).await {
            Ok(values) => values,
            Err(_) => bail!("{name} could not be read within {}", humantime::format_duration(MAX_READ_TIME)),
        }
    }

    /// Reads these secrets, which may block for as long as a file server does not respond.
    ///
    /// # Errors
    ///
    /// Fails if one of them cannot be read. The error does not contain any.
    pub fn read_now(sources: Vec<SecretSource>) -> Result<Self> {
        let values = sources.into_iter().map(|source| Ok((source.clone(), source.read()?)));
        Ok(Self(values.collect::<Result<_>>()?))
    }

    /// Returns the value of a secret that was read.
    pub fn get(&self, source: &SecretSource) -> &str {
        self.0.get(source).map(String::as_str).unwrap_or_default()
    }

    /// Iterates over all values.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_read_at_each_call_and_errors_do_not_contain_it() {
        let folder = tempfile::tempdir().unwrap();
        let source = SecretSource::parse("file:token", folder.path()).unwrap();
        let write = |text: &[u8]| std::fs::write(folder.path().join("token"), text).unwrap();
        assert!(format!("{:#}", source.read().unwrap_err()).ends_with(
            "token cannot be read: it does not exist. Write the secret into this file, or correct its path"
        ));
        write(b"first-secret\r\n");
        assert_eq!(source.read().unwrap(), "first-secret");
        write(b"second-secret");
        assert_eq!(source.read().unwrap(), "second-secret");
        for text in [&b"hunter2"[..], b"", b"hunter2\nhunter2", b"hunter2hunter2\xff"] {
            write(text);
            let error = format!("{:#}", source.read().unwrap_err());
            assert!(error.contains("token") && !error.contains("hunter"), "{error}");
        }
    }

    /// A pipe has no end until somebody writes.
    #[cfg(unix)]
    #[test]
    fn file_that_is_none_or_has_no_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        std::fs::write(folder.path().join("long"), "x".repeat(MAX_LENGTH + 1)).unwrap();
        for (path, expected) in [
            ("pipe", "it is not a regular file"),
            ("/dev/zero", "it is not a regular file"),
            (".", "it is a folder. Name a file"),
            ("long", "it has more than 65536 bytes"),
        ] {
            let source = SecretSource::parse(&format!("file:{path}"), folder.path()).unwrap();
            let error = format!("{:#}", source.read().unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn variable_that_is_not_set_is_named_with_the_remedy() {
        let source = SecretSource::parse("env:NO_SUCH_VARIABLE", Path::new("")).unwrap();
        let expected = "the environment variable NO_SUCH_VARIABLE is not set. Set it for the gateway, and restart the gateway";
        assert_eq!(source.read().unwrap_err().to_string(), expected);
    }

    #[test]
    fn unknown_sources_and_removed_variables_are_refused() {
        for (text, expected) in [
            ("env:", "names no environment variable"),
            ("env:TXJOBS_KEY", "begins with TXJOBS_"),
            ("file:", "is unknown"),
            ("vault:x", "Write `${env:NAME}` or `${file:PATH}`"),
        ] {
            let error = SecretSource::parse(text, Path::new("")).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
