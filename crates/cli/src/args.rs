//! The arguments of the command line and their help texts.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use txjobs_sdk::{paths, types::TriggerId};

use crate::{doctor, durations};

pub(crate) const DOMAIN_VARIABLE: &str = "TXJOBS_DOMAIN";
pub(crate) const KEY_HEADER_VARIABLE: &str = "TXJOBS_KEY_HEADER";

const AFTER_HELP: &str = "\
A JOB is an id, a name, or the beginning of a name if only one job matches. Case is ignored unless two names differ \
only in case.

The API key comes from TXJOBS_API_KEY, from standard input (--key-stdin), or from a prompt. No option takes it, so that \
it does not appear in the history of your shell.

Exit codes:
  0  success; for run and follow: the execution completed
  1  the execution failed
  2  the arguments are not valid, or not exactly one job matches
  3  the execution completed with errors
  4  the API key was refused
  5  the execution completed with warnings (only with --fail-on warnings)
  6  the wait timed out; the job continues
  7  a network or server error, or output that cannot be written
129  the terminal was closed (SIGHUP)
130  interrupted (SIGINT, Ctrl-C)
143  terminated (SIGTERM)

A run that was started continues after 6, 129, 130, and 143. The message contains the command to follow it again.

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
    pub(crate) server: ServerArgs,

    /// Write JSON to standard output instead of text.
    ///
    /// A list is one array. A followed run is one object per line. The fields are those of the API.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The server and the source of the API key.
///
/// clap does not read the environment variables, because it accepts an empty variable as a value.
#[derive(Args, Debug)]
pub(crate) struct ServerArgs {
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
        "The server: a host, or a URL with an optional port and path prefix. Without a scheme, https is used, or http for \
         this machine [env: {DOMAIN_VARIABLE}] [default: {}]",
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
    /// List the jobs and their status.
    Jobs {
        /// List only jobs whose name contains this text, in any case.
        #[arg(value_name = "TEXT")]
        filter: Option<String>,
    },
    /// Start a job, stream its log, and exit with its outcome.
    ///
    /// The request to start the job is sent once and never repeated.
    Run {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
        /// Print the trigger id and exit without waiting for the run.
        #[arg(long, conflicts_with_all = ["timeout", "fail_on"])]
        no_wait: bool,
        #[command(flatten)]
        wait: WaitArgs,
    },
    /// Follow a run that was started earlier, by its trigger id.
    Follow {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
        /// The trigger id that `txjobs run` printed.
        trigger_id: TriggerId,
        #[command(flatten)]
        wait: WaitArgs,
    },
    /// Print whether a job is idle, pending, or running.
    ///
    /// The status does not show how the last run ended. Use `logs` for that.
    Status {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
    },
    /// Print the log of the newest execution of a job, or of another one.
    Logs {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
        /// Print the execution with this trigger id instead of the newest.
        #[arg(long, value_name = "ID")]
        trigger_id: Option<TriggerId>,
        /// Print only lines with at least this severity.
        #[arg(long, value_enum, default_value_t)]
        severity: MinSeverity,
    },
    /// Cancel the current run of a job, if the server supports it.
    Cancel {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
    },
    /// Find out what a server does, and what to do about problems.
    ///
    /// Sends only requests that change nothing. Exits with 0 if no check failed, with 4 if the server refuses the key, and with 7
    /// otherwise.
    Doctor(DoctorArgs),
}

/// What to examine, and where to write the report.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Check whether a page of this origin may call the server, such as https://console.example.com.
    #[arg(long, value_name = "URL", value_parser = doctor::parse_origin)]
    pub(crate) origin: Option<String>,

    /// Also write a report for a maintainer to this file, as Markdown without the key and without names. Use - to write only the
    /// report, to standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,

    /// Write the address of the server into the report.
    #[arg(long, requires = "report")]
    pub(crate) include_host: bool,

    /// Wait at most this time for each response. All requests take at most six times as long.
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = durations::parse)]
    pub(crate) timeout: Duration,
}

/// How long to wait, and what counts as a failure.
#[derive(Args, Clone, Debug)]
pub(crate) struct WaitArgs {
    /// Stop waiting after this time, such as 90s, 15m, or 1h30m. A number without a unit is in seconds. The job continues.
    #[arg(long, value_name = "TIME", value_parser = durations::parse)]
    pub(crate) timeout: Option<Duration>,

    /// Treat this outcome as a failure, too.
    #[arg(long, value_enum, value_name = "OUTCOME")]
    pub(crate) fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Exit with 5 if the execution completed with warnings.
    Warnings,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum MinSeverity {
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
    fn arguments_pass_the_checks_of_clap() {
        Cli::command().debug_assert();
    }
}
