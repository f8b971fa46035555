//! The examples and the closing texts of the help. Examples come first.

use crate::exit::Exit;

pub(super) const EXAMPLES: &str = "\
Examples:
  txjobs login                                         check a server and a key, and store them
  txjobs jobs                                          list the jobs
  txjobs run 'Nightly warehouse load' && echo loaded   start a job and wait for its outcome
  txjobs logs 'Nightly warehouse load' --severity error";

pub(super) const JOBS: &str = "\
Examples:
  txjobs jobs
  txjobs jobs sales
  txjobs jobs --json | jq -r '.[] | select(.Status == 2) | .Name'";

pub(super) const RUN: &str = "\
Examples:
  txjobs run 'Nightly warehouse load'
  txjobs run 'Load A' 'Load B' --timeout 2h --fail-on warnings
  txjobs run 'Prepare' 'Deliver' --sequential
  trigger=$(txjobs run 'Nightly warehouse load' --no-wait)";

pub(super) const FOLLOW: &str = "\
Examples:
  txjobs follow 'Nightly warehouse load'              the newest run, whoever started it
  txjobs follow 'Nightly warehouse load' \"$trigger\"   the run that `txjobs run --no-wait` printed";

pub(super) const STATUS: &str = "\
Examples:
  txjobs status 'Nightly warehouse load'
  txjobs status --watch";

pub(super) const HISTORY: &str = "\
Examples:
  txjobs history 'Nightly warehouse load'
  txjobs history 'Nightly warehouse load' --limit 5 --json";

pub(super) const LOGS: &str = "\
Examples:
  txjobs logs 'Nightly warehouse load' --severity warning
  txjobs logs 'Nightly warehouse load' --grep '(?i)timeout' --since 2h
  txjobs logs 'Nightly warehouse load' --follow --exit-status";

pub(super) const CANCEL: &str = "\
Example:
  txjobs cancel 'Nightly warehouse load'";

pub(super) const WATCH: &str = "\
Examples:
  txjobs watch -- sh -c 'mail -s \"$TXJOBS_JOB_NAME $TXJOBS_STATE\" me@example.com'
  txjobs watch 'Nightly warehouse load' --webhook https://chat.example.com/hooks/...";

pub(super) const LOGIN: &str = "\
Examples:
  txjobs login --domain api.example.com
  txjobs login --domain test.example.com --profile test
  txjobs login --domain api.example.com --key-store file --key-stdin < keyfile";

pub(super) const PROFILE: &str = "\
Examples:
  txjobs profile list
  txjobs profile show
  txjobs profile use test
  txjobs profile set test console=https://console.example.com key_header=";

pub(super) const DOCTOR: &str = "\
Examples:
  txjobs doctor
  txjobs doctor --origin https://console.example.com
  txjobs doctor --report report.md";

pub(super) const API: &str = "\
Examples:
  txjobs api list_jobs
  txjobs api get_job_logs 'Nightly warehouse load' limit=1
  txjobs api get_job_status 3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35 --include";

pub(super) const MCP: &str = "\
Examples:
  txjobs mcp
  txjobs mcp --profile test --allow-run";

pub(super) const OPEN: &str = "\
Examples:
  txjobs open
  txjobs open 'Nightly warehouse load'";

pub(super) const COMPLETIONS: &str = "\
Examples:
  txjobs completions bash > ~/.local/share/bash-completion/completions/txjobs
  txjobs completions zsh > ~/.zfunc/_txjobs
  txjobs completions fish > ~/.config/fish/completions/txjobs.fish
  txjobs completions powershell >> $PROFILE";

pub(super) const MAN: &str = "\
Examples:
  txjobs man | man -l -
  txjobs man ~/.local/share/man/man1";

const JOB_AND_KEY: &str = "\
A JOB is an id, a name, or the beginning of a name if only one job matches. Case is ignored unless two names differ \
only in case.

The server and the key come from the first of these that has them: an option, the environment, the file .txjobs.toml of \
the project, the profile that `txjobs login` creates. The key comes from TXJOBS_API_KEY, from the key store of the profile, \
from standard input (--key-stdin), or from a prompt. No option takes it, so that it does not appear in the history of your \
shell.

Exit codes:";

const CONTINUES: &str = "\
A run that was started continues after 6, 129, 130, and 143. The message contains the command to follow it again.";

/// Returns the text after the options: what a job and a key are, and the exit codes.
pub(super) fn after_help() -> String {
    let codes: String =
        Exit::ALL.iter().map(|(exit, meaning)| format!("\n{:>3}  {meaning}", exit.code())).collect();
    format!("{JOB_AND_KEY}{codes}\n\n{CONTINUES}")
}
