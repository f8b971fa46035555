//! An emulator for the demo and for tests.

use std::{
    fs::File,
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result};

use crate::process::{self, program};

/// The file of the program, which exists after a build.
pub(crate) const PROGRAM: &str = "target/debug/txjobs-emulator";

/// A running emulator. It is killed when this value is dropped.
pub(crate) struct Emulator {
    process: Child,
    /// Stays open, because a program may fail when it writes to a closed pipe.
    _output: Lines<BufReader<ChildStdout>>,
    pub(crate) address: String,
    /// The API key of the demo, or the admin token without `--demo`.
    pub(crate) key: String,
}

impl Emulator {
    /// Starts it with the jobs of a configuration. Its database and its log are in `data`.
    pub(crate) fn with_jobs(config: &str, data: &Path) -> Result<Self> {
        let arguments = format!("serve --demo --listen 127.0.0.1:0 --config {config} --database");
        Self::start(command(&arguments, data)?.arg(data.join("emulator.db")))
    }

    /// Starts it without a configuration.
    pub(crate) fn without_jobs(data: &Path) -> Result<Self> {
        let arguments = "serve --listen 127.0.0.1:0 --database";
        Self::start(command(arguments, data)?.arg(data.join("emulator.db")))
    }

    /// Starts a `serve` command, and waits until it prints its address and its key.
    ///
    /// # Errors
    ///
    /// The emulator does not start, or it ends before it has printed them.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        // Ctrl-C in the terminal then reaches only this program, which stops the emulator and waits for its end.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut process =
            command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let output = process.stdout.take().context("the output is piped")?;
        let mut lines = BufReader::new(output).lines();
        match read_address_and_key(&mut lines) {
            Ok((address, key)) => Ok(Self { process, _output: lines, address, key }),
            Err(error) => {
                let _ = process.kill();
                let _ = process.wait();
                Err(error)
            }
        }
    }

    /// Returns its exit status if it has ended.
    pub(crate) fn exit_status(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.process.try_wait()?)
    }

    /// Stops it and waits for its end.
    pub(crate) fn stop(mut self) -> Result<()> {
        if self.process.try_wait()?.is_none() {
            if cfg!(unix) {
                process::output(&mut program("kill", &format!("-TERM {}", self.process.id())))?;
            } else {
                self.process.kill()?;
            }
            self.process.wait()?;
        }
        Ok(())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Both fail if it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(arguments: &str, data: &Path) -> Result<Command> {
    let mut command = program(PROGRAM, arguments);
    command.stderr(File::create(data.join("log"))?);
    Ok(command)
}

fn read_address_and_key(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<(String, String)> {
    let mut read = |labels: &[&str]| -> Result<String> {
        let line = lines.next().context("the emulator stopped; its messages are above")??;
        let value = labels.iter().find_map(|label| line.strip_prefix(label));
        Ok(value.with_context(|| format!("{line:?} starts with none of {labels:?}"))?.trim().to_owned())
    };
    Ok((read(&["listening on"])?, read(&["demo key:", "admin token:"])?))
}
