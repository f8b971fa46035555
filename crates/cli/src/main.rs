//! `txjobs`, a command line client of the TimeXtender Jobs API.

mod api_key;
mod args;
mod commands;
mod doctor;
mod durations;
mod environment;
mod failure;
mod follow_run;
mod job_lookup;
mod names;
mod output;
mod session;
mod signals;
mod text;

use std::{
    io::{self, Write},
    process::{self, ExitCode},
    time::Duration,
};

use clap::Parser;
use tokio::{runtime, sync::oneshot, task, time};

use crate::{
    args::Cli,
    failure::{Exit, Failure},
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
    let mut output = Output::new(cli.json);
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
    result
}

/// Sends the first signal to the receiver. Ends the program if the command does not end soon after the signal.
fn watch_signals(interruption_message: InterruptionMessage) -> io::Result<oneshot::Receiver<Signal>> {
    let first_signal = signals::listen_for_signals()?;
    let (sender, receiver) = oneshot::channel();
    tokio::spawn(async move {
        let signal = first_signal.await;
        // The receiver is dropped only if the program ends.
        let _ = sender.send(signal);
        time::sleep(MAX_SHUTDOWN_TIME).await;
        // Writing to standard error may block, too.
        let message = task::spawn_blocking(move || {
            let failure = Failure::Interrupted(signal, interruption_message.text());
            let _ = writeln!(io::stderr(), "error: {failure}");
        });
        let _ = time::timeout(MAX_MESSAGE_TIME, message).await;
        process::exit(i32::from(Exit::from(signal) as u8));
    });
    Ok(receiver)
}
