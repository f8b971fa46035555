//! The arguments of the command line and their help texts.
#![allow(rustdoc::bare_urls, reason = "clap prints doc comments as they are")]

mod help;
mod values;

use std::{path::PathBuf, time::Duration};

use clap::{ArgAction, Args, Parser, Subcommand};
use clap_complete::Shell;
use txjobs_sdk::types::{ExecutionId, TriggerId};
pub(crate) use values::{FailOn, MinSeverity, RunArgument, Since, parse_duration};

use crate::{
    doctor,
    output::FormatOptions,
    settings::{KeyStore, ServerOptions, web_address},
};

/// Start TimeXtender jobs, follow them, and read their logs.
#[derive(Debug, Parser)]
#[command(
    name = "txjobs",
    version,
    before_help = help::EXAMPLES,
    after_help = help::after_help(),
    arg_required_else_help = true,
    max_term_width = 120
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) server: ServerOptions,

    #[command(flatten)]
    pub(crate) format: FormatOptions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the jobs and their status.
    #[command(before_help = help::JOBS)]
    Jobs {
        /// List only jobs whose name contains this text, in any case.
        #[arg(value_name = "TEXT")]
        filter: Option<String>,
    },
    /// Start jobs, stream their logs, and exit with the outcome.
    ///
    /// The request to start a job is sent once and never repeated. A job that is pending or running is not started.
    #[command(before_help = help::RUN)]
    Run(RunArgs),
    /// Follow a run that was started earlier, also by someone else.
    ///
    /// Prints the log from its beginning and exits with the outcome, also if the run has ended already.
    #[command(before_help = help::FOLLOW)]
    Follow {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
        /// The trigger id that `txjobs run` printed, or `latest` for the newest run.
        #[arg(value_name = "TRIGGER", default_value = "latest")]
        run: RunArgument,
        #[command(flatten)]
        wait: WaitArgs,
    },
    /// Print whether jobs are idle, pending, or running.
    ///
    /// The status does not show how the last run ended. Use `history` for that.
    #[command(before_help = help::STATUS)]
    Status {
        /// The jobs: ids, names, or beginnings of names. Without any: all jobs.
        #[arg(value_name = "JOB")]
        jobs: Vec<String>,
        /// Print each change of the status until the command is interrupted.
        #[arg(long, short)]
        watch: bool,
    },
    /// List the newest runs of a job, with their outcome and duration.
    #[command(before_help = help::HISTORY)]
    History {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
        /// The maximum number of runs.
        #[arg(long, short = 'n', value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        /// Do not load the logs, which the numbers of warnings and errors are counted from.
        #[arg(long)]
        no_counts: bool,
    },
    /// Print the log of the newest run of a job, or of another one.
    #[command(before_help = help::LOGS)]
    Logs(LogsArgs),
    /// Cancel the current run of a job, if the server supports it.
    #[command(before_help = help::CANCEL)]
    Cancel {
        /// The job: an id, a name, or the beginning of a name.
        job: String,
        /// Do not ask for a confirmation on a terminal.
        #[arg(long, short)]
        yes: bool,
    },
    /// Stay, and run a command or send a notification when a run fails.
    ///
    /// Runs that failed before the start of this command are not reported. The command ends when it is interrupted.
    #[command(before_help = help::WATCH)]
    Watch(WatchArgs),
    /// Create a profile: check a server and a key, and store them.
    #[command(before_help = help::LOGIN)]
    Login {
        /// Where to store the key.
        #[arg(long, value_enum, value_name = "STORE", default_value_t = KeyStore::Keyring)]
        key_store: KeyStore,
        /// The address of a console, for links to runs.
        #[arg(long, value_name = "URL", value_parser = web_address)]
        console: Option<String>,
        /// Store the profile without sending a request to the server.
        #[arg(long)]
        no_check: bool,
    },
    /// Show, change and remove profiles.
    #[command(before_help = help::PROFILE, subcommand_required = true, arg_required_else_help = true)]
    Profile {
        #[command(subcommand)]
        command: ProfileCommand,
    },
    /// Find out what a server does, and what to do about problems.
    ///
    /// Sends only requests that change nothing. Exits with 0 if no check failed, with 4 if the server refuses the key, and with 7
    /// otherwise.
    #[command(before_help = help::DOCTOR)]
    Doctor(DoctorArgs),
    /// Send one request of the API, and print the body of the response as it is.
    #[command(before_help = help::API)]
    Api {
        /// The operation, such as list_jobs.
        #[arg(value_parser = values::operation_names())]
        operation: String,
        /// The parameters in the order of the operation, or as NAME=VALUE. A job may be a name.
        #[arg(value_name = "PARAMETER")]
        parameters: Vec<String>,
        /// Print the status and the headers of the response to standard error.
        #[arg(long, short)]
        include: bool,
    },
    /// Serve tools for jobs to an assistant, by the Model Context Protocol on standard input and output.
    ///
    /// Assistants start this command themselves. It ends when standard input is closed. The API key comes from a profile or from
    /// TXJOBS_API_KEY, because standard input carries the protocol.
    #[command(before_help = help::MCP)]
    Mcp {
        /// Let the assistant start jobs. Without this option it can only read.
        #[arg(long)]
        allow_run: bool,
    },
    /// Open the console in a browser, at a job or a run.
    #[command(before_help = help::OPEN)]
    Open {
        /// The job: an id, a name, or the beginning of a name.
        job: Option<String>,
        /// The trigger id of a run.
        #[arg(value_name = "TRIGGER", value_parser = values::parse_id::<TriggerId>)]
        trigger_id: Option<TriggerId>,
        /// Print the address instead of opening a browser.
        #[arg(long)]
        print: bool,
    },
    /// Print a script that completes commands in a shell.
    #[command(before_help = help::COMPLETIONS)]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, or write the pages of all commands to a folder.
    #[command(before_help = help::MAN)]
    Man {
        /// The folder.
        #[arg(value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
}

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// The jobs: ids, names, or beginnings of names.
    #[arg(value_name = "JOB", required = true)]
    pub(crate) jobs: Vec<String>,
    /// Print the trigger id and exit without waiting for the run.
    #[arg(long, conflicts_with_all = ["timeout", "fail_on", "sequential"])]
    pub(crate) no_wait: bool,
    /// Start each job when the one before it has ended well, instead of all at once.
    #[arg(long)]
    pub(crate) sequential: bool,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

/// How long to wait, and what counts as a failure.
#[derive(Args, Clone, Debug)]
pub(crate) struct WaitArgs {
    /// Stop waiting after this time, such as 90s, 15m, or 1h30m. A number without a unit is in seconds. The job continues. Without
    /// this option there is no limit.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) timeout: Option<Duration>,

    /// The outcomes that count as failures: with warnings, exit with 5 if the execution completed with warnings.
    #[arg(long, value_enum, value_name = "OUTCOME", default_value_t)]
    pub(crate) fail_on: FailOn,
}

#[derive(Args, Debug)]
pub(crate) struct LogsArgs {
    /// The job: an id, a name, or the beginning of a name.
    pub(crate) job: String,
    /// The run with this trigger id instead of the newest.
    #[arg(long = "trigger", alias = "trigger-id", value_name = "ID", value_parser = values::parse_id::<TriggerId>)]
    pub(crate) trigger_id: Option<TriggerId>,
    /// The run with this execution id, for runs that the application started.
    #[arg(long, value_name = "ID", conflicts_with = "trigger_id", value_parser = values::parse_id::<ExecutionId>)]
    pub(crate) execution: Option<ExecutionId>,
    /// Only lines with at least this severity.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) severity: MinSeverity,
    /// Only lines that match this regular expression. (?i) at its beginning ignores case.
    #[arg(long, value_name = "PATTERN", value_parser = values::parse_pattern)]
    pub(crate) grep: Option<regex::Regex>,
    /// Only lines since this time, such as 15m (ago) or 2026-07-01T04:00.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Since>,
    /// Only the last lines.
    #[arg(long, value_name = "N")]
    pub(crate) tail: Option<usize>,
    /// Print new lines until the run ends.
    #[arg(long, short, conflicts_with_all = ["tail", "execution"])]
    pub(crate) follow: bool,
    /// Print the time of each line (the default), or only the messages with --timestamps=false.
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub(crate) timestamps: bool,
    /// Exit with the outcome of the run, as `follow` does.
    #[arg(long)]
    pub(crate) exit_status: bool,
}

/// What to examine, and where to write the report.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Check whether a page of this origin may call the server, such as https://console.example.com. By default, the origin of the
    /// console in the settings.
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
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
}

#[derive(Args, Debug)]
pub(crate) struct WatchArgs {
    /// The jobs: ids, names, or beginnings of names. Without any: all jobs.
    #[arg(value_name = "JOB")]
    pub(crate) jobs: Vec<String>,
    /// Send the failure as JSON with a POST request to this URL [env: TXJOBS_WEBHOOK].
    #[arg(long, value_name = "URL")]
    pub(crate) webhook: Option<String>,
    /// Report runs that completed with warnings, too.
    #[arg(long, value_enum, value_name = "OUTCOME", default_value_t)]
    pub(crate) fail_on: FailOn,
    /// End after the first failure, with its exit code.
    #[arg(long)]
    pub(crate) once: bool,
    /// The command for a failure, without a shell. It gets the failure in TXJOBS_ variables and as JSON in standard input.
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// List the profiles.
    List,
    /// Show the settings that a command would use, and where each value comes from.
    Show,
    /// Make a profile the default.
    Use {
        /// The name of the profile.
        name: String,
    },
    /// Change a value of a profile: domain, key_header, insecure_http, or console.
    Set {
        /// The name of the profile.
        name: String,
        /// The values, as NAME=VALUE. An empty value removes the setting.
        #[arg(value_name = "NAME=VALUE", required = true)]
        values: Vec<String>,
    },
    /// Remove a profile and the stored key of its server.
    Remove {
        /// The name of the profile.
        name: String,
        /// Do not ask for a confirmation on a terminal.
        #[arg(long, short)]
        yes: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_pass_the_checks_of_clap() {
        Cli::command().debug_assert();
    }
}
