//! A server of the Jobs API that never answers some requests, so that a test can interrupt a client while it waits.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// The id of the only job.
pub const JOB_ID: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
/// The trigger id of every run.
pub const TRIGGER_ID: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";

/// Longer than any client waits before its next request.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// The running server. Its threads end with the tests.
#[derive(Debug)]
pub struct HeldServer {
    address: String,
    requests: Receiver<String>,
}

impl HeldServer {
    /// Starts a server with one idle job, "Sales", whose newest execution has this many log lines. A run of it stays pending.
    /// Requests whose path ends with `held` are never answered.
    #[must_use]
    pub fn start(held: &'static str, lines: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sender = sender.clone();
                thread::spawn(move || serve(&stream, held, lines, &sender));
            }
        });
        Self { address, requests }
    }

    /// Returns `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits for the next request whose path ends with `end`.
    pub fn await_request(&self, end: &str) {
        while !self.requests.recv_timeout(MAX_WAIT).expect("the client sends it").ends_with(end) {}
    }
}

/// Serves one connection until the client closes it.
fn serve(mut stream: &TcpStream, held: &str, lines: usize, sender: &Sender<String>) {
    let mut input = BufReader::new(stream).lines().map_while(Result::ok);
    while let Some(first) = input.next() {
        // No request of this API has a body.
        input.by_ref().find(String::is_empty);
        let target = first.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        // The test may no longer wait for requests.
        let _ = sender.send(path.to_owned());
        if path.ends_with(held) {
            continue;
        }
        let body = answer(path, lines).to_string();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-txjobs-extensions: cancel, after, limit, logs\r\n";
        let written = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
        if written.is_err() {
            return;
        }
    }
}

fn answer(path: &str, lines: usize) -> Value {
    let last = path.rsplit('/').next().unwrap_or_default();
    match last {
        "jobs" => json!([{ "Id": JOB_ID, "Name": "Sales" }]),
        "status" if path == "/public/jobs/status" => json!([{ "JobId": JOB_ID, "Status": 0 }]),
        "status" => json!({ "JobId": JOB_ID, "Status": 0 }),
        "execute" | "cancel" => json!({ "JobId": JOB_ID, "TriggerId": TRIGGER_ID }),
        "logs" => json!([{ "Id": JOB_ID, "JobId": JOB_ID, "State": 2, "JobExecutionLogs": log(lines) }]),
        // The run of a trigger id.
        _ => json!([]),
    }
}

fn log(lines: usize) -> Value {
    let line = |n: usize| {
        let id = format!("00000000-0000-0000-0000-{n:012}");
        json!({ "Id": id, "Severity": 0, "Message": format!("Row {n} of a log that nobody reads to its end") })
    };
    (1..=lines).map(line).collect()
}
