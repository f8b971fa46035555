//! Reads the API key from standard input, the environment, or a prompt.

use std::{
    io::{self, BufRead, IsTerminal},
    thread,
};

use tokio::sync::oneshot;
use txjobs_sdk::ApiKey;

use crate::{environment, failure::Failure, signals::Signal};

pub(crate) const KEY_VARIABLE: &str = "TXJOBS_API_KEY";
/// The maximum length of the first line of standard input. Longer input is probably the wrong file.
const MAX_LINE_BYTES: u64 = 16 * 1024;

/// Returns the key from standard input, from the environment, or from a prompt.
pub(crate) async fn read(from_stdin: bool) -> Result<ApiKey, Failure> {
    if from_stdin {
        return run_blocking(|| read_first_line(io::stdin().lock())).await;
    }
    if let Some(key) = environment::variable(KEY_VARIABLE)? {
        return ApiKey::new(key).map_err(|problem| Failure::Usage(format!("{KEY_VARIABLE}: {problem}")));
    }
    if io::stdin().is_terminal() {
        return run_blocking(prompt_for_key).await;
    }
    Err(Failure::Usage(format!(
        "No API key. Set {KEY_VARIABLE}, or pipe the key in: txjobs --key-stdin ... < keyfile"
    )))
}

/// Runs a blocking read on a separate thread, so that a signal still ends the program.
async fn run_blocking(
    read: impl FnOnce() -> Result<ApiKey, Failure> + Send + 'static,
) -> Result<ApiKey, Failure> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        // The receiver is dropped only if the program ends.
        let _ = sender.send(read());
    });
    receiver.await.unwrap_or_else(|_| {
        Err(Failure::System(
            "The API key cannot be read: the thread that reads it failed. Please report this.".to_owned(),
        ))
    })
}

fn prompt_for_key() -> Result<ApiKey, Failure> {
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
