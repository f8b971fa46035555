//! The links of runs to other systems.

use serde_json::json;
use txjobs_test_support::{CommandOutput, FakeServer, cli::txjobs_command_for, json_response};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const TRIGGER: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";
const LINK: &str = "https://engine.example/runs/7";

/// Starts a server whose run has a link from its second log on, and ends with the fourth one.
fn start(last_state: i64) -> FakeServer {
    let polls = std::sync::atomic::AtomicI64::new(0);
    FakeServer::start(move |_, request| {
        let body = match request.path().rsplit('/').next().unwrap_or_default() {
            "jobs" => json!([{ "Id": JOB, "Name": "Sales" }]),
            "execute" => json!({ "JobId": JOB, "TriggerId": TRIGGER }),
            "status" => json!({ "JobId": JOB, "Status": 0 }),
            _ => {
                let poll = polls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                json!([{ "Id": JOB, "JobId": JOB, "TriggerId": TRIGGER, "State": if poll < 3 { 1 } else { last_state },
                    "ExternalLink": (poll > 0).then(|| format!("{LINK}\u{1b}[2J")),
                    "JobExecutionLogs": [] }])
            }
        };
        json_response(200, &body.to_string())
    })
}

fn run(server: &FakeServer, arguments: &[&str]) -> CommandOutput {
    CommandOutput::of(&mut txjobs_command_for(server.address(), arguments))
}

#[test]
fn link_of_a_run_is_printed_when_it_is_known_and_at_the_end() {
    for options in [&["run", "Sales"][..], &["run", "Sales", "--json"]] {
        let output = run(&start(2), options);
        assert_eq!(output.code, 0, "{output:?}");
        let notes: Vec<_> = output.stderr.lines().collect();
        let position = |text: &str| notes.iter().position(|note| note.starts_with(text));
        let (started, early) = (position("Started Sales"), position(&format!("The run is at {LINK}")));
        assert!(started.is_some() && early > started, "{output:?}");
        assert_eq!(output.stderr.matches("The run is at").count(), 1, "{output:?}");
        assert!(notes.last().is_some_and(|last| last.starts_with(LINK)), "{output:?}");
        assert!(!output.stderr.contains('\u{1b}'), "{output:?}");
    }
}

#[test]
fn quiet_run_prints_no_link_of_a_run_that_completes() {
    let output = run(&start(2), &["run", "Sales", "--quiet"]);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output:?}");
}
