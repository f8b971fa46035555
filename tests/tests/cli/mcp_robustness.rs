//! Tests of `txjobs mcp` with broken messages, long logs, lost responses, and servers that do not respond.
#![cfg(unix)]

use std::{
    fs,
    io::{Read, Write},
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::json;
use txjobs_test_support::{
    FakeServer, TestServer,
    cli::{ANY_KEY, txjobs_command, txjobs_command_for},
    send_signal,
};

use crate::{
    JOBS,
    assistant::Assistant,
    one_job_server::{JOB_ID, TRIGGER_ID, start_one_job_server},
};

/// Starts `txjobs mcp --allow-run` for a server.
fn start(server: &FakeServer) -> Assistant {
    Assistant::start(&mut txjobs_command_for(server.address(), &["mcp", "--allow-run"]))
}

fn post_count(server: &FakeServer) -> usize {
    server.requests().iter().filter(|request| request.method == "POST").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn start_whose_response_is_lost_is_not_repeated() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    let effects = [
        json!({ "kind": "loseResponse" }),
        json!({ "kind": "reset" }),
        json!({ "kind": "status", "status": 503 }),
        json!({ "kind": "truncate", "after": 3 }),
    ];
    for effect in effects {
        admin.clear_journal().await;
        let rule = json!({ "operation": "execute_job", "count": 1, "effect": effect });
        admin.add_fault(rule.clone()).await;
        let mut assistant = Assistant::start(&mut txjobs_command(&server, &["mcp", "--allow-run"]));
        let text = assistant.call_unsuccessfully("run_job", json!({ "job": "Sales deliver" }));
        assert!(
            text.contains("It is unknown whether Sales deliver was started. Do not call run_job again."),
            "{rule}: {text}"
        );
        assert!(text.contains("job_history") && !text.contains(server.key()), "{rule}: {text}");
        let (status, errors) = assistant.close();
        assert_eq!((status.code(), errors.as_str()), (Some(0), ""), "{rule}");
        assert_eq!(admin.journal("operation=execute_job").await.len(), 1, "{rule}");
        admin.clear_faults().await;
    }
}

#[test]
fn server_that_does_not_respond_blocks_neither_pings_nor_other_calls() {
    let server = start_one_job_server("/logs", 1);
    let mut assistant = start(&server);
    let held: Vec<_> = ["job_log", "job_history", "job_log", "job_log"]
        .map(|tool| assistant.request_tool(tool, json!({ "job": "Sales" })))
        .into();
    server.wait_for_request("/logs");
    assert!(assistant.ping());
    let (status, _) = assistant.call_successfully("job_status", json!({ "job": "Sales" }));
    assert_eq!(status["status"], "idle");

    // A canceled call has no response, and another one takes its place.
    let first = held[0];
    server.wait_for_request("/logs");
    for id in held {
        let params = json!({ "requestId": id, "reason": "test" });
        assistant.write_message(
            &json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }),
        );
    }
    assert!(assistant.ping());
    let next = assistant.request_tool("job_log", json!({ "job": "Sales", "trigger_id": TRIGGER_ID }));
    let message = assistant.next_message();
    assert!(message["id"] == next && message["id"] != first, "{message}");
}

#[test]
fn canceled_start_is_sent_once() {
    let server = start_one_job_server("/execute", 1);
    let mut assistant = start(&server);
    let id = assistant.request_tool("run_job", json!({ "job": "Sales" }));
    server.wait_for_request("/execute");
    let params = json!({ "requestId": id });
    assistant
        .write_message(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }));
    assert!(assistant.ping());
    let (status, errors) = assistant.close();
    assert_eq!(status.code(), Some(0), "{errors}");
    assert!(errors.contains("it is unknown whether these jobs were started: Sales"), "{errors}");
    assert_eq!(post_count(&server), 1);
}

#[test]
fn signal_during_a_start_reports_that_its_outcome_is_unknown() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let server = start_one_job_server("/execute", 1);
        let mut assistant = start(&server);
        assistant.request_tool("run_job", json!({ "job": JOB_ID }));
        server.wait_for_request("/execute");
        send_signal(signal, assistant.pid());
        let (status, errors) = assistant.wait();
        assert_eq!(status.code(), Some(code), "{errors}");
        assert!(errors.contains("it is unknown whether these jobs were started: Sales"), "{errors}");
        assert!(!errors.contains(ANY_KEY), "{errors}");
        assert_eq!(post_count(&server), 1);
    }
}

#[test]
fn signal_ends_an_idle_server() {
    let server = start_one_job_server("nothing", 1);
    let assistant = start(&server);
    send_signal("TERM", assistant.pid());
    let (status, errors) = assistant.wait();
    assert_eq!(status.code(), Some(143), "{errors}");
    assert_eq!(errors, "error: Interrupted (SIGTERM).\n");
}

#[test]
fn signal_ends_a_server_whose_output_is_not_read() {
    let server = start_one_job_server("nothing", 1);
    let mut command = txjobs_command_for(server.address(), &["mcp"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let client = json!({ "name": "test", "version": "1" });
    let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
    let mut messages =
        json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }).to_string();
    messages += "\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
    // The responses do not fit into the pipe.
    for id in 1..100 {
        messages += &json!({ "jsonrpc": "2.0", "id": id, "method": "tools/list" }).to_string();
        messages.push('\n');
    }
    let call = json!({ "name": "list_jobs" });
    messages += &json!({ "jsonrpc": "2.0", "id": 100, "method": "tools/call", "params": call }).to_string();
    messages.push('\n');
    child.stdin.as_mut().unwrap().write_all(messages.as_bytes()).unwrap();
    server.wait_for_request("/public/jobs");
    send_signal("TERM", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    let mut message = String::new();
    child.stderr.take().unwrap().read_to_string(&mut message).unwrap();
    assert!(message.contains("Interrupted (SIGTERM)"), "{message:?}");
}

#[test]
fn end_of_input_during_a_start_reports_that_its_outcome_is_unknown() {
    let server = start_one_job_server("/execute", 1);
    let mut assistant = start(&server);
    assistant.request_tool("run_job", json!({ "job": "Sales" }));
    server.wait_for_request("/execute");
    let start = Instant::now();
    let (status, errors) = assistant.close();
    assert_eq!(status.code(), Some(0), "{errors}");
    assert!(errors.contains("it is unknown whether these jobs were started: Sales"), "{errors}");
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    assert_eq!(post_count(&server), 1);
}

#[test]
fn malformed_messages_do_not_end_the_server() {
    let server = start_one_job_server("nothing", 1);
    let mut assistant = start(&server);
    let long_name = "x".repeat(600_000);
    let messages: [&[u8]; 12] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[[[[[[[[",
        b"\xff\xfe\x00",
        b"{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"tools/list\"}",
        b"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"tools/call\",\"params\":[]}",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"resources/list\"}",
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unknown\",\"params\":1}",
        b"Content-Length: 5",
    ];
    for message in messages {
        assistant.write_line(message);
        assert!(assistant.ping(), "{}", String::from_utf8_lossy(message));
    }
    assistant.write_line(&[b'['; 100_000]);
    assistant.write_line(&vec![b'x'; 3_000_000]);
    assert!(assistant.ping());
    for (tool, arguments) in [
        ("job_status", json!({ "job": long_name })),
        ("job_log", json!({ "job": "Sales", "grep": long_name })),
        ("list_jobs", json!({ "name": long_name })),
        ("job_log", json!({ "job": "Sales", long_name.as_str(): 1 })),
        ("job_log", json!({ "job": "Sales", "severity": long_name })),
        ("job_log", json!({ "job": "Sales", "severity": "\u{1b}[2J\u{202e}" })),
    ] {
        let text = assistant.call_unsuccessfully(tool, arguments);
        assert!(text.len() < 5000 && !text.contains(['\u{1b}', '\u{202e}']), "{tool}: {}", text.len());
    }
    assert_eq!(assistant.close().0.code(), Some(0));
}

#[test]
fn first_message_that_is_not_initialize_is_refused() {
    let server = start_one_job_server("nothing", 1);
    let mut command = txjobs_command_for(server.address(), &["mcp"]);
    let mut assistant = Assistant::start_uninitialized(&mut command);
    assistant.write_message(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    let (status, errors) = assistant.wait();
    assert_eq!(status.code(), Some(2), "{errors}");
    assert!(errors.contains("is not the request `initialize`"), "{errors}");
    let (status, errors) = Assistant::start_uninitialized(&mut command).close();
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
}

#[test]
fn many_calls_at_the_same_time_are_answered() {
    let server = start_one_job_server("nothing", 100);
    let mut assistant = start(&server);
    let ids: Vec<_> = (0..200)
        .map(|n| {
            let tool = ["job_status", "job_log", "job_history"][n % 3];
            assistant.request_tool(tool, json!({ "job": "Sales" }))
        })
        .collect();
    for id in ids {
        assert!(!assistant.result(id).is_error);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_log_has_a_bounded_result_that_says_what_is_left_out() {
    const LINE_COUNT: u64 = 200_000;
    let server = TestServer::emulator(JOBS);
    let plan = json!({ "jobs": 1, "executions": 1, "longestRun": LINE_COUNT });
    let seeded = server.admin().seed(plan).await;
    let mut command = txjobs_command(&server, &["mcp"]);
    let mut assistant = Assistant::start(command.env("TXJOBS_API_KEY", &seeded.key));
    let (list, _) = assistant.call_successfully("list_jobs", json!({}));
    let job = &list["jobs"][0]["id"];
    let log = assistant.call("job_log", json!({ "job": job }));
    assert!(!log.is_error, "{}", log.text);
    assert_eq!(log.data["matching_lines"].as_u64(), Some(seeded.lines));
    assert!(
        log.data["left_out"].as_str().unwrap().contains("lines are left out"),
        "{}",
        log.data["left_out"]
    );
    assert!(log.text.contains("are left out"), "the text says it, too");
    assert!(log.size < 150_000, "{}", log.size);
    for arguments in
        [json!({ "job": job, "limit": 500 }), json!({ "job": job, "limit": 500, "offset": 100_000 })]
    {
        let page = assistant.call("job_log", arguments);
        assert!(!page.is_error && page.size < 150_000, "{}", page.size);
    }
    let history = assistant.call("job_history", json!({ "job": job }));
    assert!(!history.is_error && history.size < 5000, "{history:?}");
    if let Some(peak) = peak_memory(assistant.pid()) {
        assert!(peak < 500_000, "{peak} kB");
    }
    assert!(assistant.ping());
}

/// Returns the most memory that a process has used, in kB, if the system reports it.
fn peak_memory(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}
