//! Decodes a response body with executions in pieces, so that a long log is never completely in memory.

use super::body::{first_value, json};
use crate::types::{JobExecution, JobExecutionLog, JobExecutions};

/// A decoder for one response body with executions.
///
/// It works on the bytes that have arrived: add some with [`push`](Self::push), then call [`next_part`](Self::next_part) until it
/// returns `None`. After [`set_complete`](Self::set_complete), decode what is left, and call [`finish`](Self::finish).
///
/// ```
/// # use txjobs_sdk::decode::{DecodedPart, ExecutionDecoder};
/// let mut decoder = ExecutionDecoder::default();
/// let mut messages = Vec::new();
/// for bytes in [Some(r#"[{"JobExecutionLogs":[{"Severity":0,"Message":"Sta"#), Some(r#"rted"}]}]"#), None] {
///     match bytes {
///         Some(bytes) => decoder.push(bytes.as_bytes()),
///         None => decoder.set_complete(),
///     }
///     while let Some(part) = decoder.next_part()? {
///         if let DecodedPart::Line(line) = part {
///             messages.push(line.message);
///         }
///     }
/// }
/// assert_eq!(messages, ["Started"]);
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct ExecutionDecoder {
    /// Received bytes. Those from `at` on are not decoded yet.
    pending: Vec<u8>,
    at: usize,
    /// The number of bytes before the pending ones.
    dropped: u64,
    /// Number of pending bytes at which an incomplete line is tried again. It doubles with every try, so that the total
    /// time for a very long line stays linear.
    retry_size: usize,
    /// Whether the body is complete.
    is_complete: bool,
    /// The body without the log lines.
    outline: Vec<u8>,
    outline_state: OutlineState,
    in_lines: bool,
}

/// A part of a response body.
#[derive(Clone, Debug, PartialEq)]
pub enum DecodedPart {
    /// The next execution starts. The lines after this are its lines.
    ExecutionStart,
    /// A log line.
    Line(JobExecutionLog),
}

/// Parser state of the outline.
#[derive(Debug, Default)]
struct OutlineState {
    depth: u32,
    in_text: bool,
    is_escaped: bool,
    /// The last string at the depth of an execution's fields. Before a bracket it is the name of the field.
    name: Vec<u8>,
}

/// Where the copied part of an outline ends.
enum OutlineEnd {
    /// No more bytes have arrived.
    Pending,
    /// An execution starts.
    Execution,
    /// A list of lines starts.
    Lines,
}

impl ExecutionDecoder {
    /// Adds the next bytes of the body.
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.drain(..self.at);
        self.dropped += self.at as u64;
        self.at = 0;
        self.pending.extend_from_slice(bytes);
    }

    /// Marks the body as complete.
    pub fn set_complete(&mut self) {
        self.is_complete = true;
        self.retry_size = 0;
    }

    /// Returns the number of decoded bytes. After [`DecodedPart::ExecutionStart`], the last one is the brace that opens the execution.
    pub fn position(&self) -> u64 {
        self.dropped + self.at as u64
    }

    /// Returns the number of bytes that the decoder holds: those that are not decoded yet, and the body without the log lines. A server
    /// can make it grow without end, so a caller that must bound its memory checks it.
    pub fn buffered_len(&self) -> usize {
        self.pending.len() - self.at + self.outline.len()
    }

    /// Decodes the next part. Returns `None` if it needs more bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if a line violates the contract.
    pub fn next_part(&mut self) -> Result<Option<DecodedPart>, serde_json::Error> {
        loop {
            if !self.in_lines {
                match self.copy_outline() {
                    OutlineEnd::Pending => return Ok(None),
                    OutlineEnd::Execution => return Ok(Some(DecodedPart::ExecutionStart)),
                    OutlineEnd::Lines => self.in_lines = true,
                }
            }
            while self.pending.get(self.at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b',') {
                self.at += 1;
            }
            let pending = &self.pending[self.at..];
            match pending.first() {
                None => return Ok(None),
                Some(b']') => self.in_lines = false,
                Some(_) if pending.len() < self.retry_size => return Ok(None),
                Some(_) => return self.decode_line(),
            }
        }
    }

    /// Copies bytes outside of log lines to the outline.
    fn copy_outline(&mut self) -> OutlineEnd {
        while let Some(byte) = self.pending.get(self.at).copied() {
            self.at += 1;
            self.outline.push(byte);
            let state = &mut self.outline_state;
            if state.in_text {
                match byte {
                    _ if state.is_escaped => state.is_escaped = false,
                    b'\\' => state.is_escaped = true,
                    b'"' => state.in_text = false,
                    _ if state.depth == 2 => state.name.push(byte),
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => {
                    state.in_text = true;
                    if state.depth == 2 {
                        state.name.clear();
                    }
                }
                b'[' if state.depth == 2
                    && state.name.eq_ignore_ascii_case(JobExecution::JOB_EXECUTION_LOGS.as_bytes()) =>
                {
                    state.depth += 1;
                    return OutlineEnd::Lines;
                }
                b'[' | b'{' => {
                    state.depth += 1;
                    if state.depth == 2 {
                        return OutlineEnd::Execution;
                    }
                }
                b']' | b'}' => state.depth = state.depth.saturating_sub(1),
                _ => {}
            }
        }
        OutlineEnd::Pending
    }

    /// Decodes the line at the start of the pending bytes, if it is complete.
    fn decode_line(&mut self) -> Result<Option<DecodedPart>, serde_json::Error> {
        let pending = &self.pending[self.at..];
        match first_value::<JobExecutionLog>(pending) {
            Ok((line, length)) => {
                self.at += length;
                self.retry_size = 0;
                Ok(Some(DecodedPart::Line(line)))
            }
            Err(error) if error.is_eof() && !self.is_complete => {
                self.retry_size = pending.len() * 2;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the executions of a complete body, without their lines.
    ///
    /// # Errors
    ///
    /// Returns an error if the body violates the contract, with the bytes to quote in a message.
    pub fn finish(self) -> Result<Vec<JobExecution>, (serde_json::Error, Vec<u8>)> {
        match json::<JobExecutions>(&self.outline) {
            Ok(executions) => Ok(executions.0),
            Err(error) => Err((error, self.outline)),
        }
    }
}
