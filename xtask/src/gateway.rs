//! A gateway of our own, started and stopped.

use std::{
    fs::File,
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result};

use crate::run;

/// A running gateway in its demo mode, or as an emulator; it is killed when dropped.
pub(crate) struct Gateway {
    server: Child,
    /// Kept open: a program whose output nobody reads may die of it.
    _output: Lines<BufReader<ChildStdout>>,
    pub(crate) address: String,
    /// The demo's API key, or the emulator's admin token.
    pub(crate) key: String,
}

impl Gateway {
    /// Starts the debug build with these jobs. Its database and its log go into `data`.
    pub(crate) fn for_tests(config: &str, data: &Path) -> Result<Self> {
        let mut serve = Command::new("target/debug/txjobs-emulator");
        serve.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--config", config, "--database"]);
        serve.arg(data.join("gateway.db")).stderr(File::create(data.join("log"))?);
        Self::start(&mut serve)
    }

    /// Starts the debug build as an emulator without a configuration.
    pub(crate) fn emulator(data: &Path) -> Result<Self> {
        let mut serve = Command::new("target/debug/txjobs-emulator");
        serve.args(["serve", "--listen", "127.0.0.1:0", "--database"]);
        serve.arg(data.join("gateway.db")).stderr(File::create(data.join("log"))?);
        Self::start(&mut serve)
    }

    /// Starts `txjobs-emulator serve`, with or without `--demo`, and waits for what it says about itself.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        // The terminal's Ctrl-C goes to us alone: we ask the gateway to stop, and wait until it has.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut server =
            command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let output = server.stdout.take().context("the output is piped")?;
        let mut lines = BufReader::new(output).lines();
        let mut told = |names: &[&str]| -> Result<String> {
            let line = lines.next().context("the gateway stopped; its words are above")??;
            let value = names.iter().find_map(|name| line.strip_prefix(name));
            Ok(value.with_context(|| format!("{line:?} begins with none of {names:?}"))?.trim().to_owned())
        };
        let told = told(&["listening on"]).and_then(|a| Ok((a, told(&["demo key:", "admin token:"])?)));
        match told {
            Ok((address, key)) => Ok(Self { server, _output: lines, address, key }),
            Err(error) => {
                let _ = server.kill();
                let _ = server.wait();
                Err(error)
            }
        }
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.server.try_wait()?)
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<()> {
        if self.server.try_wait()?.is_none() {
            if cfg!(unix) {
                run::output(Command::new("kill").args(["-TERM", &self.server.id().to_string()]))?;
            } else {
                self.server.kill()?;
            }
            self.server.wait()?;
        }
        Ok(())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Nothing to do where it has ended.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
