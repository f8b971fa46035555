//! Tests of the output in CI systems.

use std::fs;

use txjobs_test_support::{CommandOutput, TestServer, cli::txjobs_command};

use super::snapshots::assert_output;

const JOBS: &str = r###"
[[organization]]
name = "Test"

[[organization.job]]
name = "##vso[task.complete]::error::x"
[organization.job.script]
state = "completed with errors"
lines = [
  { message = "::set-output name=a::b\n::add-mask::c" },
  { severity = "error", message = "##vso[task.setvariable variable=a]b\n##[error]c 50 %" },
  { severity = "warning", message = "##teamcity[buildStatus text='x']" },
]
"###;

/// The beginnings of commands that CI systems obey.
fn commands(text: &str) -> Vec<&str> {
    let is_command = |line: &&str| {
        let line = line.trim_start();
        let lower = line.to_ascii_lowercase();
        line.starts_with("::") || ["##[", "##vso[", "##teamcity["].iter().any(|start| lower.contains(start))
    };
    text.lines().filter(is_command).collect()
}

#[test]
fn log_in_github_actions_has_groups_annotations_and_a_summary() {
    let server = TestServer::emulator(JOBS);
    let folder = tempfile::tempdir().unwrap();
    let summary = folder.path().join("summary.md");
    let mut command = txjobs_command(&server, &["run", "##vso"]);
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &summary);
    let run = assert_output("ci_github", &mut command);
    assert_eq!(run.code, 3);
    assert_eq!(commands(&run.stdout), Vec::<&str>::new(), "nothing in the log is obeyed");
    assert_eq!(commands(&run.stderr).len(), 4, "only a group and two annotations: {run:?}");
    let text = fs::read_to_string(summary).unwrap();
    assert!(text.contains("| \\#\\#vso\\[task\\.complete\\]"), "{text}");
    assert!(text.contains("✖ completed with errors"), "{text}");
}

#[test]
fn log_in_azure_devops_has_groups_annotations_and_a_summary() {
    let server = TestServer::emulator(JOBS);
    let folder = tempfile::tempdir().unwrap();
    let mut command = txjobs_command(&server, &["run", "##vso"]);
    let run = CommandOutput::of(command.env("TF_BUILD", "True").env("AGENT_TEMPDIRECTORY", folder.path()));
    assert_eq!(run.code, 3);
    assert_eq!(commands(&run.stdout), Vec::<&str>::new(), "nothing in the log is obeyed");
    let obeyed = commands(&run.stderr);
    assert_eq!(obeyed.len(), 5, "a group, two annotations and the summary: {run:?}");
    let summary = obeyed.iter().find_map(|line| line.strip_prefix("##vso[task.uploadsummary]")).unwrap();
    assert!(fs::read_to_string(summary).unwrap().contains("completed with errors"));
}

#[test]
fn json_in_a_ci_system_is_exact_and_harmless() {
    let server = TestServer::emulator(JOBS);
    let json = |arguments: &[&str]| {
        let output = CommandOutput::of(txjobs_command(&server, arguments).env("TF_BUILD", "True"));
        assert_eq!(commands(&output.stdout), Vec::<&str>::new(), "{output:?}");
        serde_json::from_str::<serde_json::Value>(&output.stdout).unwrap()
    };
    let run = json(&["run", "##vso", "--json"]);
    assert_eq!(run["JobExecutionLogs"][1]["Message"], "##vso[task.setvariable variable=a]b\n##[error]c 50 %");
    assert_eq!(json(&["api", "list_jobs"])[0]["Name"], "##vso[task.complete]::error::x");
}
