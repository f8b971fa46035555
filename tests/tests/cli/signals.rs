//! Tests of the messages and exit codes of `txjobs` after a signal.
#![cfg(unix)]

use std::{
    io::Read,
    process::{Child, Command, Output, Stdio},
};

use txjobs_test_support::{
    TestServer,
    cli::{ANY_KEY, run_txjobs, txjobs_command_for},
    program, send_signal, wait_until_blocking,
};

use super::JOBS;
use super::one_job_server::{JOB_ID, TRIGGER_ID, start_one_job_server};

const SIGNALS: [(&str, i32); 3] = [("INT", 130), ("TERM", 143), ("HUP", 129)];

/// Starts a command whose output the test reads.
fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs a command with a server that does not respond to requests to `held`, and sends `signal` to the command when such a request
/// has arrived.
fn interrupt(arguments: &[&str], held: &'static str, signal: &str) -> Output {
    let server = start_one_job_server(held, 1);
    let child = start(&mut txjobs_command_for(server.address(), arguments));
    server.wait_for_request(held);
    send_signal(signal, child.id());
    child.wait_with_output().unwrap()
}

#[test]
fn interrupted_command_reports_the_state_of_its_work() {
    let execute = "/execute";
    let unknown = "it is unknown whether Sales was started";
    let cases: &[(&[&str], &str, &str)] = &[
        (&["jobs"], "/public/jobs", ""),
        (&["status", "Sales"], "/status", ""),
        (&["logs", "Sales"], "/logs", ""),
        (&["follow", "Sales", TRIGGER_ID], TRIGGER_ID, "the job continues"),
        (&["run", "Sales"], "/public/jobs", "no job was started"),
        (&["run", "Sales"], execute, unknown),
        (&["run", "Sales", "--no-wait"], execute, unknown),
        (&["run", "Sales"], TRIGGER_ID, "the job continues"),
        (&["cancel", "Sales"], "/public/jobs", "no job was canceled"),
        (&["cancel", "Sales"], "/cancel", "it is unknown whether Sales is being canceled"),
    ];
    for (arguments, held, clause) in cases {
        for (signal, code) in SIGNALS {
            let end = interrupt(arguments, held, signal);
            let what = format!("{arguments:?} held at {held}, SIG{signal}: {end:?}");
            assert_eq!(end.status.code(), Some(code), "{what}");
            let message = String::from_utf8_lossy(&end.stderr);
            assert!(message.contains(&format!("Interrupted (SIG{signal})")), "{what}");
            assert!(message.contains(clause), "{what}");
            assert_eq!(message.contains("the job continues"), *clause == "the job continues", "{what}");
        }
    }
}

#[test]
fn run_interrupted_during_execute_suggests_commands_to_check() {
    let server = start_one_job_server("/execute", 1);
    let arguments = ["run", "Sales", "--key-header", "x-api-key"];
    let child = start(&mut txjobs_command_for(server.address(), &arguments));
    server.wait_for_request("/execute");
    send_signal("INT", child.id());
    let end = child.wait_with_output().unwrap();
    let message = String::from_utf8_lossy(&end.stderr);
    let flags = format!("--domain {} --key-header x-api-key", server.address());
    for command in ["status", "logs"] {
        assert!(message.contains(&format!("txjobs {command} {flags} {JOB_ID}")), "{message}");
    }
    assert!(!message.contains(ANY_KEY), "{message}");
}

#[test]
fn resume_command_works_in_a_shell() {
    let server = TestServer::emulator(JOBS);
    // Header names ignore case, so this one works although it is not the default.
    let arguments = ["run", "Endless", "--timeout", "1s", "--key-header", "APIKEY", "--fail-on", "warnings"];
    let waited = run_txjobs(&server, &arguments);
    assert_eq!(waited.code, 6, "{waited:?}");
    let (_, resume) = waited.stderr.split_once("To follow the run again: ").unwrap();
    assert!(!resume.contains(server.key()), "{resume}");

    let folder = program("txjobs");
    let path =
        std::env::join_paths([folder.parent().unwrap(), "/usr/bin".as_ref(), "/bin".as_ref()]).unwrap();
    let mut pasted = Command::new("sh");
    pasted.args(["-c", &format!("exec {resume}")]).stdin(Stdio::null());
    pasted.env_clear().env("PATH", path).env("TXJOBS_API_KEY", server.key());
    let mut child = start(&mut pasted);
    let mut first = [0; 1];
    child.stdout.as_mut().unwrap().read_exact(&mut first).expect("the command prints the log");
    send_signal("TERM", child.id());
    let end = child.wait_with_output().unwrap();
    assert_eq!(end.status.code(), Some(143), "{end:?}");
    assert!(
        String::from_utf8_lossy(&end.stderr).contains(resume.trim()),
        "the message suggests the same command: {end:?}"
    );
}

#[test]
fn signal_ends_a_command_that_is_blocked_in_a_write() {
    let server = start_one_job_server("nothing", 20_000);
    let mut child = start(&mut txjobs_command_for(server.address(), &["logs", "Sales"]));
    // The rest of the output does not fit into the pipe.
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 1]).unwrap();
    send_signal("TERM", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    let mut message = String::new();
    child.stderr.take().unwrap().read_to_string(&mut message).unwrap();
    assert!(message.contains("Interrupted (SIGTERM)"), "{message:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn signal_ends_a_command_that_waits_for_the_key() {
    let mut command = txjobs_command_for("127.0.0.1:1", &["jobs", "--key-stdin"]);
    let (reader, _writer) = std::io::pipe().unwrap();
    let mut child = command.stdin(reader).stderr(Stdio::piped()).spawn().unwrap();
    wait_for_handler(&child);
    send_signal("TERM", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

/// Waits until the program handles SIGTERM.
#[cfg(target_os = "linux")]
fn wait_for_handler(child: &Child) {
    let status = format!("/proc/{}/status", child.id());
    let term = 1 << 14;
    let has_handler = || {
        let status = std::fs::read_to_string(&status).unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim();
        u64::from_str_radix(mask, 16).unwrap() & term != 0
    };
    wait_until_blocking("the handler of SIGTERM", || has_handler().then_some(()));
}

#[test]
#[cfg(target_os = "linux")]
fn signal_ignored_at_the_start_stays_ignored() {
    let server = start_one_job_server("nothing", 1);
    let program = txjobs_command_for(server.address(), &[]);
    let mut nohup = Command::new("sh");
    nohup.args(["-c", "trap '' HUP; exec \"$0\" run Sales"]).arg(program.get_program());
    nohup.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let child = start(&mut nohup);
    server.wait_for_request(TRIGGER_ID);
    send_signal("HUP", child.id());
    // The command still follows the run.
    server.wait_for_request(TRIGGER_ID);
    server.wait_for_request(TRIGGER_ID);
    send_signal("TERM", child.id());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(143));
}
