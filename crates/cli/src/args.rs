//! The command line: what can be asked for, and the words that explain it.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use txjobs_sdk::{paths, types::TriggerId};

use crate::durations;

pub(crate) const DOMAIN_VARIABLE: &str = "TXJOBS_DOMAIN";
pub(crate) const KEY_HEADER_VARIABLE: &str = "TXJOBS_KEY_HEADER";

const AFTER_HELP: &str = "\
A JOB is an id, a name, or the beginning of a name if it fits one job only. Upper and lower case count as the same \
unless two names differ in nothing else.

The API key comes from TXJOBS_API_KEY, from standard input (--key-stdin), or is asked for. No flag takes it, so that \
it stays out of your shell's history.

Exit codes:
  0  done; for run and follow: the execution completed
  1  the execution failed
  2  the command line is wrong, or no single job fits
  3  the execution completed with errors
  4  the API key was refused
  5  the execution completed with warnings (only with --fail-on warnings)
  6  the wait timed out; the job goes on
  7  network or server error, or output that cannot be written
129  the terminal was closed (SIGHUP)
130  interrupted (SIGINT, Ctrl-C)
143  asked to end (SIGTERM)

A run that was started goes on after 6, 129, 130 and 143. The message says so, and how to follow it again.

Example:
  export TXJOBS_DOMAIN=api.example.com TXJOBS_API_KEY=...
  txjobs run 'Nightly warehouse load' && echo loaded";

/// Start TimeXtender jobs, follow them, and read their logs.
#[derive(Debug, Parser)]
#[command(name = "txjobs", version, after_help = AFTER_HELP, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) service: Service,

    /// Write JSON to standard output instead of text.
    ///
    /// Lists come as one array, what is followed as one object a line. The fields are those of the API.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// Which service to ask, and how the key gets there.
///
/// The environment is read elsewhere, because clap takes an empty variable as a value.
#[derive(Args, Debug)]
pub(crate) struct Service {
    #[arg(long, global = true, help = domain_help())]
    pub(crate) domain: Option<String>,

    #[arg(long, global = true, value_name = "NAME", help = key_header_help())]
    pub(crate) key_header: Option<String>,

    /// Read the API key from the first line of standard input.
    #[arg(long, global = true)]
    pub(crate) key_stdin: bool,
}

fn domain_help() -> String {
    format!(
        "The service: a host, or a URL with a port and a path prefix. Without a scheme, https is used, and http for this \
         machine itself [env: {DOMAIN_VARIABLE}] [default: {}]",
        paths::LOCAL_GATEWAY_URL
    )
}

fn key_header_help() -> String {
    format!(
        "The request header that carries the API key [env: {KEY_HEADER_VARIABLE}] [default: {}]",
        paths::API_KEY_HEADER
    )
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the jobs and whether they run.
    Jobs {
        /// Only jobs whose name contains this text, in upper or lower case.
        #[arg(value_name = "TEXT")]
        filter: Option<String>,
    },
    /// Start a job, stream its log, and exit with its outcome.
    ///
    /// The request to start is sent once and never again, whatever happens to the answer.
    Run {
        /// The job to start: an id, a name, or the beginning of a name.
        job: String,
        /// Print the trigger id and return at once.
        #[arg(long, conflicts_with_all = ["timeout", "fail_on"])]
        no_wait: bool,
        #[command(flatten)]
        wait: Wait,
    },
    /// Follow a run that was started before, by its trigger id.
    Follow {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
        /// The trigger id that `txjobs run` printed.
        trigger_id: TriggerId,
        #[command(flatten)]
        wait: Wait,
    },
    /// Say whether a job is idle, pending or running.
    ///
    /// It cannot say how the last run ended: that is in the log.
    Status {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
    },
    /// Print the log of a job's newest execution, or of another one.
    Logs {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
        /// The execution with this trigger id instead of the newest.
        #[arg(long, value_name = "ID")]
        trigger_id: Option<TriggerId>,
        /// Only lines of this severity and worse.
        #[arg(long, value_enum, default_value_t)]
        severity: AtLeast,
    },
    /// Ask for the end of a job's current run, where the server can do that.
    Cancel {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
    },
}

/// How long to wait, and what counts as failure.
#[derive(Args, Clone, Debug)]
pub(crate) struct Wait {
    /// Stop waiting after this long, such as 90s, 15m or 1h30m; a number without a unit is in seconds. The job goes on.
    #[arg(long, value_name = "TIME", value_parser = durations::parse)]
    pub(crate) timeout: Option<Duration>,

    /// Also exit with a code other than 0 for warnings.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// An execution that completed with warnings exits with 5.
    Warnings,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum AtLeast {
    #[default]
    Information,
    Warning,
    Error,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
