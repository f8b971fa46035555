//! Reads a response with executions from a file, so that a long log is never completely in memory.

use std::io::{self, Read, Seek, SeekFrom};

use txjobs_sdk::decode::{DecodedPart, ExecutionDecoder};
use txjobs_sdk::types::{JobExecution, JobExecutionLog};

const CHUNK_BYTES: usize = 64 * 1024;
/// The number of lines that are passed on at once.
const BATCH_LINES: usize = 500;
/// The most bytes of a response in memory: its executions without their lines, and one line.
const MAX_MEMORY: usize = 64 * 1024 * 1024;

/// An execution without its lines.
#[derive(Debug)]
pub(super) struct OutlinedExecution {
    /// The position of its first byte.
    pub start: u64,
    pub execution: JobExecution,
}

/// Returns the executions of a response, without their lines.
pub(super) fn read_executions(body: &mut (impl Read + Seek)) -> io::Result<Vec<OutlinedExecution>> {
    body.seek(SeekFrom::Start(0))?;
    let mut decoder = ExecutionDecoder::default();
    let mut starts = Vec::new();
    decode(body, &mut decoder, |part, position| {
        if part == DecodedPart::ExecutionStart {
            starts.push(position - 1);
        }
        true
    })?;
    let executions = decoder.finish().map_err(|(error, _)| invalid(error))?;
    if starts.len() != executions.len() {
        return Err(invalid("not a list of executions"));
    }
    let outlined =
        starts.into_iter().zip(executions).map(|(start, execution)| OutlinedExecution { start, execution });
    Ok(outlined.collect())
}

/// Passes on the lines of the execution that starts at a position, until `send` returns false.
pub(super) fn read_lines(
    body: &mut (impl Read + Seek),
    start: u64,
    mut send: impl FnMut(Vec<JobExecutionLog>) -> bool,
) -> io::Result<()> {
    body.seek(SeekFrom::Start(start))?;
    let mut decoder = ExecutionDecoder::default();
    // The execution, as if it were the first one of its list.
    decoder.push(b"[");
    let (mut executions, mut batch) = (0, Vec::new());
    decode(body, &mut decoder, |part, _| {
        match part {
            DecodedPart::ExecutionStart => executions += 1,
            DecodedPart::Line(line) => batch.push(line),
        }
        // The next execution has its own call.
        executions < 2 && (batch.len() < BATCH_LINES || send(std::mem::take(&mut batch)))
    })?;
    if !batch.is_empty() {
        send(batch);
    }
    Ok(())
}

/// Decodes the rest of the body, until `take` returns false.
fn decode(
    body: &mut impl Read,
    decoder: &mut ExecutionDecoder,
    mut take: impl FnMut(DecodedPart, u64) -> bool,
) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let length = body.read(&mut chunk)?;
        match length {
            0 => decoder.set_complete(),
            _ => decoder.push(&chunk[..length]),
        }
        while let Some(part) = decoder.next_part().map_err(invalid)? {
            if !take(part, decoder.position()) {
                return Ok(());
            }
        }
        if decoder.buffered_len() > MAX_MEMORY {
            return Err(invalid("it has more executions, or a longer line, than the archive takes"));
        }
        if length == 0 {
            return Ok(());
        }
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::io::Cursor;

    use super::*;

    fn body(line_counts: &[usize]) -> Cursor<Vec<u8>> {
        let execution = |(number, count): (usize, &usize)| {
            let mut lines = String::new();
            for line in 0..*count {
                let comma = if line == 0 { "" } else { ", " };
                write!(lines, r#"{comma}{{"Message": "{number}/{line} }}]", "Severity": 0}}"#).unwrap();
            }
            format!(
                r#"{{"JobExecutionLogs": [{lines}], "Id": "00000000-0000-0000-0000-{number:012}",
                    "JobId": "00000000-0000-0000-0000-000000000001", "State": 2}}"#
            )
        };
        let all: Vec<_> = line_counts.iter().enumerate().map(execution).collect();
        Cursor::new(format!(" [{}]", all.join(" , ")).into_bytes())
    }

    #[test]
    fn lines_of_each_execution_are_read_in_any_order() {
        let counts = [0, 3, 1200, 0, 1];
        let mut body = body(&counts);
        let executions = read_executions(&mut body).unwrap();
        assert_eq!(executions.len(), counts.len());
        for (number, outlined) in executions.iter().enumerate().rev() {
            assert_eq!(outlined.execution.id.as_u128(), number as u128);
            let mut messages = Vec::new();
            read_lines(&mut body, outlined.start, |batch| {
                messages.extend(batch.into_iter().map(|line| line.message));
                true
            })
            .unwrap();
            let expected: Vec<_> = (0..counts[number]).map(|line| format!("{number}/{line} }}]")).collect();
            assert_eq!(messages, expected);
        }
    }

    #[test]
    fn reading_stops_when_nobody_takes_the_lines() {
        let mut calls = 0;
        read_lines(&mut body(&[1200]), 2, |_| {
            calls += 1;
            false
        })
        .unwrap();
        assert_eq!(calls, 1);
    }

    #[test]
    fn memory_is_bounded() {
        for start in ["[{\"Id\":\"", "[{\"JobExecutionLogs\":[{\"Message\":\""] {
            let mut body = start.as_bytes().chain(io::repeat(b'x').take(1 << 30));
            let error = decode(&mut body, &mut ExecutionDecoder::default(), |_, _| true).unwrap_err();
            assert!(error.to_string().contains("than the archive takes"), "{error}");
        }
    }

    #[test]
    fn other_body_is_an_error() {
        for text in ["", "<html>", "{}", "[1]", "[{}]", "[[]]", "null", r#"[{"JobExecutionLogs":[{"#] {
            assert!(read_executions(&mut Cursor::new(text)).is_err(), "{text}");
        }
        assert!(read_executions(&mut Cursor::new("[]")).unwrap().is_empty());
    }
}
