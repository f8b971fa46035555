//! Questions on the terminal.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    thread,
};

use tokio::sync::oneshot;

use crate::{failure::Failure, output::Output};

/// The settings of the terminal before the first prompt that hides what is typed.
#[cfg(unix)]
static SETTINGS: std::sync::OnceLock<rustix::termios::Termios> = std::sync::OnceLock::new();

/// Keeps the settings of the terminal, so that [`restore_terminal`] can restore them.
pub(crate) fn remember_terminal() {
    #[cfg(unix)]
    if let Ok(settings) = rustix::termios::tcgetattr(io::stdin()) {
        let _ = SETTINGS.set(settings);
    }
}

/// Shows again what is typed, if a signal has ended the prompt for the key.
pub(crate) fn restore_terminal() {
    #[cfg(unix)]
    if let Some(settings) = SETTINGS.get() {
        // The program ends anyway.
        let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, settings);
    }
}

/// Asks a question that is answered with yes or no. Without a terminal, the answer is yes, because a script has decided already.
pub(crate) async fn confirm(output: &mut Output, question: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(true);
    }
    let answer = ask(output, &format!("{question} [y/N] ")).await?;
    Ok(matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a line of text.
pub(crate) async fn ask(output: &mut Output, question: &str) -> Result<String, Failure> {
    output.clear_progress();
    let question = question.to_owned();
    run_blocking(move || {
        let read = || -> io::Result<String> {
            write!(io::stderr(), "{question}")?;
            io::stderr().flush()?;
            let mut line = String::new();
            if io::stdin().lock().read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(line.trim().to_owned())
        };
        read().map_err(|error| Failure::System(format!("The terminal cannot be read: {error}.")))
    })
    .await
}

/// Runs a blocking read on a separate thread, so that a signal still ends the program.
pub(crate) async fn run_blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        // The receiver is dropped only if the program ends.
        let _ = sender.send(read());
    });
    receiver.await.unwrap_or_else(|_| {
        Err(Failure::System("The thread that reads the input failed. Please report this.".to_owned()))
    })
}
