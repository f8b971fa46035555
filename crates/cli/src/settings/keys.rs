//! Reads the API key from standard input, the environment, the key store of the profile, or a prompt.

use std::{
    fmt,
    io::{self, BufRead, IsTerminal},
};

use txjobs_sdk::ApiKey;

use super::{
    files::KeyStore,
    key_file::KeyFile,
    key_store::load_key,
    layers::{Setting, Settings},
    options::KeyInput,
};
use crate::{
    environment,
    failure::Failure,
    prompt::{remember_terminal, run_blocking},
    signals::Signal,
};

const KEY_VARIABLE: &str = "TXJOBS_API_KEY";
/// The maximum length of the first line of standard input. Longer input is probably the wrong file.
const MAX_LINE_BYTES: u64 = 16 * 1024;

/// A key.
pub(crate) struct FoundKey {
    pub(crate) key: ApiKey,
    /// A warning about the place that it comes from.
    pub(crate) warning: Option<String>,
}

/// The place that a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    StandardInput,
    Variable,
    Store(KeyStore),
    Prompt,
    /// There is no key.
    Missing,
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => f.write_str("standard input"),
            Self::Variable => write!(f, "environment variable {KEY_VARIABLE}"),
            Self::Store(KeyStore::Keyring) => f.write_str("keyring of the operating system"),
            Self::Store(KeyStore::File) => f.write_str("key file"),
            Self::Prompt => f.write_str("prompt"),
            Self::Missing => f.write_str("none"),
        }
    }
}

/// Returns where the key would come from, without reading it.
pub(crate) fn find_key_source(settings: &Settings, input: KeyInput) -> Result<KeySource, Failure> {
    Ok(if input == KeyInput::FirstLine {
        KeySource::StandardInput
    } else if environment::variable(KEY_VARIABLE)?.is_some() {
        KeySource::Variable
    } else if let Some(store) = &settings.key {
        KeySource::Store(store.value.store)
    } else if input == KeyInput::Prompt && io::stdin().is_terminal() {
        KeySource::Prompt
    } else {
        KeySource::Missing
    })
}

/// Returns the key for the server of the settings.
pub(crate) async fn read_key(settings: &Settings, input: KeyInput) -> Result<FoundKey, Failure> {
    let source = find_key_source(settings, input)?;
    let mut warning = None;
    let key = match source {
        KeySource::StandardInput => run_blocking(|| read_first_line(io::stdin().lock())).await?,
        KeySource::Variable => {
            let key = environment::variable(KEY_VARIABLE)?.unwrap_or_default();
            ApiKey::new(key).map_err(|problem| Failure::Usage(format!("{KEY_VARIABLE}: {problem}")))?
        }
        KeySource::Store(store) => {
            if store == KeyStore::File {
                warning = KeyFile::open()?.warning();
            }
            let Some(Setting { value: place, source: profile }) = settings.key.clone() else {
                unreachable!("the source is the store of this key")
            };
            run_blocking(move || {
                let key = load_key(&place)?.ok_or_else(|| {
                    Failure::Usage(format!(
                        "The {source} has no key for the {profile}. To store it again: txjobs login --profile NAME"
                    ))
                })?;
                Ok(ApiKey::new(key)?)
            })
            .await?
        }
        KeySource::Prompt => run_blocking(prompt_for_key).await?,
        KeySource::Missing if input == KeyInput::None => {
            return Err(Failure::Usage(format!(
                "No API key. Store it once with `txjobs login`, or set {KEY_VARIABLE} in the environment of this command, for \
                 example in the configuration of the assistant. Standard input carries the protocol, so the key cannot be piped \
                 in or typed."
            )));
        }
        KeySource::Missing => {
            return Err(Failure::Usage(format!(
                "No API key. Set {KEY_VARIABLE}, store the key once with `txjobs login`, or pipe the key in: txjobs \
                 --key-stdin ... < keyfile"
            )));
        }
    };
    Ok(FoundKey { key, warning })
}

/// Returns a new key for `txjobs login`: from standard input, the environment, or a prompt.
pub(crate) async fn read_new_key(from_stdin: bool) -> Result<ApiKey, Failure> {
    if from_stdin {
        return run_blocking(|| read_first_line(io::stdin().lock())).await;
    }
    if io::stdin().is_terminal() {
        return run_blocking(prompt_for_key).await;
    }
    match environment::variable(KEY_VARIABLE)? {
        Some(key) => ApiKey::new(key).map_err(|problem| Failure::Usage(format!("{KEY_VARIABLE}: {problem}"))),
        None => Err(Failure::Usage(
            "There is no terminal to ask for the API key. Pipe it in: txjobs login --key-stdin < keyfile"
                .to_owned(),
        )),
    }
}

fn prompt_for_key() -> Result<ApiKey, Failure> {
    remember_terminal();
    let typed = rpassword::prompt_password("API key: ").map_err(|error| match error.kind() {
        // The prompt disables the signals of the keyboard, and reports Ctrl-C as this error.
        io::ErrorKind::Interrupted => Failure::Interrupted(Signal::Interrupt, None),
        _ => Failure::Usage(format!(
            "The API key cannot be read from the terminal: {error}. Set {KEY_VARIABLE} instead."
        )),
    })?;
    Ok(ApiKey::new(typed)?)
}

fn read_first_line(input: impl BufRead) -> Result<ApiKey, Failure> {
    let to_failure =
        |problem: &str| Failure::Usage(format!("The API key cannot be read from standard input: {problem}."));
    let mut line = Vec::new();
    let length = input.take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
    let length = length.map_err(|error| to_failure(&error.to_string()))?;
    if length as u64 == MAX_LINE_BYTES {
        return Err(to_failure("its first line is longer than 16 KiB. Check that the input is the API key"));
    }
    Ok(ApiKey::from_bytes(&line)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_from_standard_input_is_the_trimmed_first_line() {
        for input in ["s3cret", "\u{feff}s3cret\r\n", "s3cret\n", "s3cret\r\n", " s3cret \r\nmore\n"] {
            assert_eq!(read_first_line(input.as_bytes()).unwrap().expose(), "s3cret", "{input:?}");
        }
    }

    #[test]
    fn invalid_key_is_refused_without_quoting_it() {
        let read_error = |input: &[u8]| read_first_line(input).unwrap_err().to_string();
        assert!(read_error(b"").contains("empty"));
        assert!(read_error(b"\r\n").contains("empty"));
        assert!(read_error(&[b'k'; 20_000]).contains("longer than 16 KiB"));
        assert!(!read_error(b"se\xffcret\n").contains("cret"));
        assert!(read_error(b"\xff\xfes\x003\x00\r\x00\n\x00").contains("UTF-16"));
    }
}
