//! Reads a log of any length without keeping it in memory: its lines go to a temporary file as they arrive.

mod decode;
mod execution;
mod spool;

use std::io::{self, Read};

use bytes::Bytes;
use execution::LineTest;
pub(crate) use execution::SpooledExecution;
use tokio::{sync::mpsc, task};
use txjobs_sdk::{Error, operation};

use crate::{failure::Failure, session::Session};

/// What a response contained.
pub(crate) enum LogResponse {
    Executions(Vec<SpooledExecution>),
    /// The response is an error, or its JSON needs a repair. The usual request reports or repairs it.
    Unusual,
}

/// Sends a request for executions, and keeps the lines that pass the test.
pub(crate) async fn load(
    session: &Session,
    request: &operation::Request,
    is_kept: LineTest,
) -> Result<LogResponse, Failure> {
    let Ok(mut response) = session.client.send_raw(request).await else { return Ok(LogResponse::Unusual) };
    if !response.status().is_success() {
        return Ok(LogResponse::Unusual);
    }
    // The bound keeps a fast server from filling the memory.
    let (sender, receiver) = mpsc::channel::<Bytes>(16);
    let decoding = task::spawn_blocking(move || decode::executions(Chunks::new(receiver), is_kept));
    let mut lost: Option<Error> = None;
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                // The receiver is dropped if the JSON is not as expected.
                if sender.send(chunk).await.is_err() {
                    break;
                }
            }
            Ok(None) => break,
            Err(error) => {
                lost = Some(error);
                break;
            }
        }
    }
    drop(sender);
    let decoded =
        decoding.await.map_err(|_| Failure::System("The thread that reads the log failed.".to_owned()))?;
    match (decoded, lost) {
        (Ok(executions), None) => Ok(LogResponse::Executions(executions)),
        // The usual request repeats a lost one.
        _ => Ok(LogResponse::Unusual),
    }
}

/// The parts of a body as a reader.
struct Chunks {
    receiver: mpsc::Receiver<Bytes>,
    current: Bytes,
}

impl Chunks {
    fn new(receiver: mpsc::Receiver<Bytes>) -> Self {
        Self { receiver, current: Bytes::new() }
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.receiver.blocking_recv() {
                Some(chunk) => self.current = chunk,
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.current.len());
        buffer[..length].copy_from_slice(&self.current.split_to(length));
        Ok(length)
    }
}
