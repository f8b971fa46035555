//! The complete output of each command in a pipe, in its ordinary case and in each kind of error. Ids, times, durations and
//! addresses are masked.
//!
//! After an intended change, run the tests with `INSTA_UPDATE=always` and read the difference.

use std::process::Command;

use txjobs_test_support::{
    CommandOutput, TestServer,
    cli::{txjobs_command, txjobs_command_for},
};

use super::JOBS;

/// Compares the output of a command with the snapshot of this name.
pub fn assert_output(name: &str, command: &mut Command) -> CommandOutput {
    let output = CommandOutput::of(command);
    let text = format!(
        "exit code: {}\n--- standard output\n{}--- standard error\n{}",
        output.code, output.stdout, output.stderr
    );
    assert_text(name, &text);
    output
}

/// Compares a text with the snapshot of this name.
pub fn assert_text(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"127\.0\.0\.1:\d+", "[server]");
    settings.add_filter(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[id]");
    settings.add_filter(r"\d{4}-\d\d-\d\dT[\d:.]+Z {0,10}", "[time] ");
    settings.add_filter(r" *\d+ (ms|s)\b", " [duration]");
    settings.add_filter(r#""Duration":[\d.]+"#, r#""Duration":[duration]"#);
    settings.add_filter(r"oldest first: [▁▂▃▄▅▆▇█]+", "oldest first: [bars]");
    // The width of the column depends on the digits of the times.
    settings.add_filter("STARTED +", "STARTED ");
    // Whether a short run is seen in these states depends on the machine.
    settings.add_filter(r"(?m)^.* (pending|running)\n", "");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn ordinary_output_of_each_command() {
    let server = TestServer::emulator(JOBS);
    let console = "https://console.example.com";
    let snapshot = |name: &str, arguments: &[&str]| {
        assert_output(name, txjobs_command(&server, arguments).env("TXJOBS_CONSOLE", console))
    };
    snapshot("history_empty", &["history", "Errors"]);
    snapshot("logs_empty", &["logs", "Errors"]);
    snapshot("follow_without_a_run", &["follow", "Errors"]);
    snapshot("jobs", &["jobs"]);
    snapshot("jobs_json", &["jobs", "sales", "--json"]);
    snapshot("jobs_ndjson", &["jobs", "sales", "--ndjson"]);
    snapshot("jobs_none", &["jobs", "nothing"]);
    snapshot("status", &["status", "Broken"]);
    snapshot("status_all", &["status"]);
    snapshot("status_json", &["status", "Broken", "Errors", "--json"]);
    snapshot("run", &["run", "Errors"]);
    snapshot("run_json", &["run", "Errors", "--json"]);
    snapshot("run_quiet", &["run", "Sales deliver", "--quiet"]);
    snapshot("run_quiet_failed", &["run", "Errors", "--quiet"]);
    snapshot("run_no_wait", &["run", "Sales deliver", "--no-wait"]);
    snapshot("follow_latest", &["follow", "Sales deliver"]);
    snapshot("history", &["history", "Sales deliver"]);
    snapshot("history_json", &["history", "Sales deliver", "--limit", "1", "--json"]);
    snapshot("logs", &["logs", "Errors"]);
    snapshot(
        "logs_filtered",
        &["logs", "Errors", "--severity", "error", "--grep", "two", "--timestamps=false"],
    );
    snapshot("logs_tail", &["logs", "Sales deliver", "--tail", "1", "--since", "1h"]);
    snapshot("logs_exit_status", &["logs", "Errors", "--exit-status", "--quiet"]);
    snapshot("logs_ndjson", &["logs", "Sales deliver", "--ndjson"]);
    snapshot("open", &["open", "Errors", "--print"]);
    snapshot("api", &["api", "get_job_status", "Errors"]);
    snapshot("cancel_idle", &["cancel", "Errors"]);
    snapshot("run_endless", &["run", "Endless", "--no-wait"]);
    snapshot("cancel", &["cancel", "Endless"]);
    snapshot("profile_show", &["profile", "show"]);
    snapshot("profile_list_empty", &["profile", "list"]);
}

#[test]
fn output_of_each_kind_of_error() {
    let server = TestServer::emulator(JOBS);
    let snapshot =
        |name: &str, arguments: &[&str]| assert_output(name, &mut txjobs_command(&server, arguments));
    snapshot("error_no_command", &[]);
    snapshot("error_unknown_command", &["rum", "Errors"]);
    snapshot("error_unknown_option", &["run", "Errors", "--time-out", "5"]);
    snapshot("error_no_such_job", &["run", "Errirs"]);
    snapshot("error_several_jobs", &["run", "sales"]);
    snapshot("error_no_such_job_json", &["status", "Errirs", "--json"]);
    snapshot("error_timeout_value", &["run", "Errors", "--timeout", "soon"]);
    snapshot("error_pattern", &["logs", "Errors", "--grep", "("]);
    snapshot("error_since", &["logs", "Errors", "--since", "yesterday"]);
    snapshot("error_trigger", &["follow", "Errors", "newest"]);
    snapshot("error_no_console", &["open"]);
    snapshot("error_api_operation", &["api", "list_job"]);
    snapshot("error_api_parameter", &["api", "get_job_logs"]);
    snapshot("error_no_such_profile", &["jobs", "--profile", "test"]);
    snapshot("error_watch_json", &["watch", "--json"]);
    let mut wrong_key = txjobs_command(&server, &["jobs"]);
    assert_output("error_key_refused", wrong_key.env("TXJOBS_API_KEY", "wr0ng-key"));
    let mut wrong_key = txjobs_command(&server, &["jobs", "--json"]);
    assert_output("error_key_refused_json", wrong_key.env("TXJOBS_API_KEY", "wr0ng-key"));
    let mut no_key = txjobs_command(&server, &["jobs"]);
    assert_output("error_no_key", no_key.env_remove("TXJOBS_API_KEY"));
    assert_output("error_unreachable", &mut txjobs_command_for("127.0.0.1:1", &["jobs"]));
    assert_output("error_plain_http", &mut txjobs_command_for("http://api.example.test", &["jobs"]));
    let address = format!("{}/elsewhere", server.address());
    assert_output("error_not_this_api", &mut txjobs_command_for(&address, &["jobs"]));
    snapshot("error_no_execution", &["logs", "Errors", "--trigger", "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57"]);
}

#[test]
fn command_tree_and_help() {
    let help = |arguments: &[&str]| {
        let output = CommandOutput::of(&mut txjobs_command_for("127.0.0.1:1", arguments));
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{arguments:?}");
        output.stdout
    };
    let mut tree = help(&["--help"]);
    let commands = [
        "jobs",
        "run",
        "follow",
        "status",
        "history",
        "logs",
        "cancel",
        "watch",
        "login",
        "profile",
        "doctor",
        "api",
        "mcp",
        "open",
        "completions",
        "man",
    ];
    for command in commands {
        tree += &format!("\n=== txjobs {command} --help\n{}", help(&[command, "--help"]));
    }
    for command in ["list", "show", "use", "set", "remove"] {
        tree += &format!("\n=== txjobs profile {command} --help\n{}", help(&["profile", command, "--help"]));
    }
    let listed = help(&["--help"]);
    let in_help = listed.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let names: Vec<_> = in_help
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split_whitespace().next()
        })
        .filter(|name| *name != "help")
        .collect();
    assert_eq!(names, commands, "each command is in the snapshot");
    assert_text("help", &tree);
}

#[test]
fn completions_and_manual_pages_are_complete() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = CommandOutput::of(&mut txjobs_command_for("127.0.0.1:1", &["completions", shell]))
            .expect_success();
        assert!(script.contains("history") && script.contains("fail-on"), "{shell}: {script}");
    }
    let page = CommandOutput::of(&mut txjobs_command_for("127.0.0.1:1", &["man"])).expect_success();
    assert!(page.starts_with(".ie") && page.contains("Exit codes"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("man1");
    let arguments = ["man", path.to_str().unwrap()];
    let _ = CommandOutput::of(&mut txjobs_command_for("127.0.0.1:1", &arguments)).expect_success();
    let mut names: Vec<_> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(
        names.contains(&"txjobs.1".to_owned()) && names.contains(&"txjobs-profile-set.1".to_owned()),
        "{names:?}"
    );
}
