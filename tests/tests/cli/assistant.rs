//! A client of `txjobs mcp` that writes and reads JSON-RPC messages line by line.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::{Value, json};
use txjobs_test_support::MAX_WAIT;

/// A running `txjobs mcp`. It is killed when it is dropped.
pub struct Assistant {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Messages that the test has not requested yet.
    messages: Vec<Value>,
    last_id: u64,
}

/// The result of a tool.
#[derive(Debug)]
pub struct ToolResult {
    pub is_error: bool,
    pub text: String,
    pub data: Value,
    /// The number of bytes of the message.
    pub size: usize,
}

impl Assistant {
    /// Starts a command and initializes the connection.
    pub fn start(command: &mut Command) -> Self {
        let mut assistant = Self::start_uninitialized(command);
        assistant.initialize();
        assistant
    }

    /// Starts a command and sends nothing.
    pub fn start_uninitialized(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            // The test may have ended.
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line).ok())
        });
        let input = child.stdin.take();
        Self { child, input, lines, messages: Vec::new(), last_id: 0 }
    }

    /// Initializes the connection, and returns the result.
    pub fn initialize(&mut self) -> Value {
        let client = json!({ "name": "test", "version": "1" });
        let id = self.request(
            "initialize",
            json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client }),
        );
        let response = self.response(id);
        self.write_message(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        response["result"].clone()
    }

    /// Returns the id of the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line.
    pub fn write_line(&mut self, line: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line).unwrap();
        input.write_all(b"\n").unwrap();
    }

    pub fn write_message(&mut self, message: &Value) {
        self.write_line(message.to_string().as_bytes());
    }

    /// Sends a request, and returns its id.
    pub fn request(&mut self, method: &str, params: Value) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        self.write_message(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// Calls a tool, and returns the id of the request.
    pub fn request_tool(&mut self, name: &str, arguments: Value) -> u64 {
        self.request("tools/call", json!({ "name": name, "arguments": arguments }))
    }

    /// Waits for the response to a request.
    pub fn response(&mut self, id: u64) -> Value {
        loop {
            let position = self.messages.iter().position(|message| message["id"] == id);
            if let Some(position) = position {
                return self.messages.remove(position);
            }
            let message = self.next_message();
            self.messages.push(message);
        }
    }

    /// Waits for the next message, which must be JSON-RPC.
    pub fn next_message(&mut self) -> Value {
        let line = self.lines.recv_timeout(MAX_WAIT).expect("the server writes a message");
        let message: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        message
    }

    /// Waits for the result of a tool.
    pub fn result(&mut self, id: u64) -> ToolResult {
        let response = self.response(id);
        let result = &response["result"];
        assert!(result.is_object(), "{response}");
        ToolResult {
            is_error: result["isError"] == true,
            text: result["content"][0]["text"].as_str().unwrap().to_owned(),
            data: result["structuredContent"].clone(),
            size: response.to_string().len(),
        }
    }

    /// Calls a tool, and waits for its result.
    pub fn call(&mut self, name: &str, arguments: Value) -> ToolResult {
        let id = self.request_tool(name, arguments);
        self.result(id)
    }

    /// Calls a tool that must succeed, and returns its data and its text.
    #[track_caller]
    pub fn call_successfully(&mut self, name: &str, arguments: Value) -> (Value, String) {
        let result = self.call(name, arguments);
        assert!(!result.is_error, "{result:?}");
        (result.data, result.text)
    }

    /// Calls a tool that must fail, and returns the text.
    #[track_caller]
    pub fn call_unsuccessfully(&mut self, name: &str, arguments: Value) -> String {
        let result = self.call(name, arguments);
        assert!(result.is_error && result.data.is_null(), "{result:?}");
        result.text
    }

    /// Returns whether the server responds to a ping.
    pub fn ping(&mut self) -> bool {
        let id = self.request("ping", json!({}));
        self.response(id)["result"] == json!({})
    }

    /// Closes standard input, and waits for the end of the process. Returns its status and its standard error.
    pub fn close(mut self) -> (ExitStatus, String) {
        self.input = None;
        self.wait()
    }

    /// Waits for the end of the process. Returns its status and its standard error.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (status, errors)
    }
}

impl Drop for Assistant {
    fn drop(&mut self) {
        // Both fail if the process has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
