//! `txjobs`, a command line client of the TimeXtender Jobs API.

mod args;
mod commands;
mod doctor;
mod environment;
mod exit;
mod failure;
mod mcp;
mod output;
mod prompt;
mod runs;
mod session;
mod settings;
mod signals;

use std::{
    io::{self, Write},
    process::{self, ExitCode},
    sync::mpsc,
    thread,
    time::Duration,
};

use clap::Parser;
use tokio::{runtime, sync::oneshot};

use crate::{
    args::Cli,
    exit::Exit,
    failure::Failure,
    output::Output,
    signals::{InterruptionMessage, Signal},
};

/// The longest time between a signal and the end of the program, even if a write blocks.
const MAX_SHUTDOWN_TIME: Duration = Duration::from_secs(1);
/// The longest time after that to write the message about the signal.
const MAX_MESSAGE_TIME: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => return output::print_clap_message(&message).into(),
    };
    let mut output = Output::new(cli.format);
    let result = run(cli, &mut output);
    output.finish(result).into()
}

fn run(cli: Cli, output: &mut Output) -> Result<Exit, Failure> {
    let cannot_start = |error: io::Error| Failure::System(format!("The program cannot start: {error}."));
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(cannot_start)?;
    let result = runtime.block_on(async {
        let interruption_message = InterruptionMessage::default();
        let signal = watch_signals(interruption_message.clone()).map_err(cannot_start)?;
        tokio::select! {
            // The command comes first, so that the message about a signal includes everything that the command has done.
            biased;
            result = commands::run(cli, output, &interruption_message) => result,
            Ok(signal) = signal => Err(Failure::Interrupted(signal, interruption_message.text())),
        }
    });
    // Dropping the runtime would wait for a running name look-up.
    runtime.shutdown_background();
    prompt::restore_terminal();
    result
}

/// Sends the first signal to the receiver. Ends the program if it does not end soon after the signal.
fn watch_signals(interruption_message: InterruptionMessage) -> io::Result<oneshot::Receiver<Signal>> {
    let first_signal = signals::listen_for_signals()?;
    let (sender, receiver) = oneshot::channel();
    tokio::spawn(async move {
        let signal = first_signal.await;
        // The last output may block when the runtime has ended already.
        thread::spawn(move || exit_after_signal(signal, interruption_message));
        // The receiver is dropped only if the program ends.
        let _ = sender.send(signal);
    });
    Ok(receiver)
}

fn exit_after_signal(signal: Signal, interruption_message: InterruptionMessage) {
    thread::sleep(MAX_SHUTDOWN_TIME);
    prompt::restore_terminal();
    // Writing to standard error may block, too.
    let (sender, written) = mpsc::channel();
    thread::spawn(move || {
        let failure = Failure::Interrupted(signal, interruption_message.text());
        let _ = writeln!(io::stderr(), "error: {failure}");
        let _ = sender.send(());
    });
    let _ = written.recv_timeout(MAX_MESSAGE_TIME);
    process::exit(i32::from(Exit::from(signal) as u8));
}
