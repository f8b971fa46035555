//! `txjobs`: the TimeXtender Jobs API from a terminal or a pipeline.

mod args;
mod commands;
mod connect;
mod durations;
mod environment;
mod failure;
mod find;
mod names;
mod output;
mod session;
mod signals;
mod tail;
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
    signals::{Interruption, Signal},
};

/// The longest time between a signal and the end of the program, even if a write blocks.
const MAX_SHUTDOWN: Duration = Duration::from_secs(1);
/// The longest time that a blocked program then takes to write what was interrupted.
const MAX_LAST_WORDS: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => return output::print_clap_message(&message).into(),
    };
    let mut output = Output::new(cli.json);
    let end = run(cli, &mut output);
    output.finish(end).into()
}

fn run(cli: Cli, output: &mut Output) -> Result<Exit, Failure> {
    let cannot_start = |error: io::Error| Failure::System(format!("The program cannot start: {error}."));
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(cannot_start)?;
    let end = runtime.block_on(async {
        let interruption = Interruption::default();
        let signal = watch_signals(interruption.clone()).map_err(cannot_start)?;
        tokio::select! {
            // The command first, so that the message about a signal knows everything that the command has done.
            biased;
            end = commands::run(cli, output, &interruption) => end,
            Ok(signal) = signal => Err(Failure::Interrupted(signal, interruption.clause())),
        }
    });
    // Dropping the runtime would wait for a name look-up that is under way.
    runtime.shutdown_background();
    end
}

/// Starts to listen for signals, and sends the first one to the receiver.
fn watch_signals(interruption: Interruption) -> io::Result<oneshot::Receiver<Signal>> {
    let first = signals::first()?;
    let (sender, receiver) = oneshot::channel();
    tokio::spawn(async move {
        let signal = first.await;
        // The receiver is gone only when the program is ending anyway.
        let _ = sender.send(signal);
        time::sleep(MAX_SHUTDOWN).await;
        // Standard error may be what is stuck.
        let said = task::spawn_blocking(move || {
            let failure = Failure::Interrupted(signal, interruption.clause());
            let _ = writeln!(io::stderr(), "error: {failure}");
        });
        let _ = time::timeout(MAX_LAST_WORDS, said).await;
        process::exit(i32::from(Exit::from(signal) as u8));
    });
    Ok(receiver)
}
