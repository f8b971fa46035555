//! Decodes a response body with executions in chunks. Each log line is decoded and stored when it is complete, so a long
//! log is not in memory twice and no single call takes long.

use txjobs_sdk::{
    decode::{DecodedPart, ExecutionDecoder},
    follow::KnownLines,
    types::{JobExecution, JobExecutionLog},
};

use super::lines::{Level, Lines};

/// Maximum number of lines that one call of [`LogDecoder::decode_batch`] decodes.
const BATCH_SIZE: usize = 256;

/// A decoder for one response body.
#[derive(Debug, Default)]
pub struct LogDecoder {
    decoder: ExecutionDecoder,
    lines: Lines,
    executions: Vec<ExecutionLines>,
}

/// Position of an execution's lines.
#[derive(Debug)]
struct ExecutionLines {
    /// Index of its first line among all lines.
    first: usize,
    /// Its last line in the server's order, without the message.
    newest: Option<JobExecutionLog>,
}

/// Decoded executions with their log lines.
#[derive(Debug)]
pub struct DecodedLogs {
    /// The executions. Each holds only its newest line, without the message.
    pub executions: Vec<JobExecution>,
    lines: Lines,
    firsts: Vec<usize>,
}

impl LogDecoder {
    /// Adds the next bytes of the body.
    pub fn push(&mut self, bytes: &[u8]) {
        self.decoder.push(bytes);
    }

    /// Marks the body as complete.
    pub fn set_complete(&mut self) {
        self.decoder.set_complete();
    }

    /// Decodes some of the received bytes. Returns whether it should be called again before more bytes arrive. Lines in
    /// `known_lines` are skipped, and new lines are added to it.
    ///
    /// # Errors
    ///
    /// Returns an error if the body violates the contract.
    pub fn decode_batch(&mut self, known_lines: &mut KnownLines) -> Result<bool, serde_json::Error> {
        for _ in 0..BATCH_SIZE {
            match self.decoder.next_part()? {
                None => return Ok(false),
                Some(DecodedPart::ExecutionStart) => {
                    self.executions.push(ExecutionLines { first: self.lines.len(), newest: None });
                }
                Some(DecodedPart::Line(line)) => self.add_line(line, known_lines),
            }
        }
        Ok(true)
    }

    fn add_line(&mut self, mut line: JobExecutionLog, known_lines: &mut KnownLines) {
        if known_lines.insert(&line) {
            self.lines.push(&line);
            line.message = String::new();
            if let Some(execution) = self.executions.last_mut() {
                execution.newest = Some(line);
            }
        }
    }

    /// Returns the decoded executions of a complete body.
    ///
    /// # Errors
    ///
    /// Returns an error if the body violates the contract, with the bytes to quote in a message.
    pub fn finish(mut self) -> Result<DecodedLogs, (serde_json::Error, Vec<u8>)> {
        let executions = self.decoder.finish()?;
        let mut logs = DecodedLogs { executions, lines: Lines::default(), firsts: Vec::new() };
        for (execution, lines) in logs.executions.iter_mut().zip(&mut self.executions) {
            execution.job_execution_logs.extend(lines.newest.take());
            logs.firsts.push(lines.first);
        }
        logs.lines = self.lines;
        Ok(logs)
    }

    /// Returns the lines of an incomplete body.
    pub fn into_partial(self) -> Lines {
        // With several executions it is not known yet which one the caller needs.
        if self.executions.len() > 1 { Lines::default() } else { self.lines }
    }
}

impl DecodedLogs {
    /// Returns the number of lines with this level in the execution at an index.
    pub fn count(&self, at: usize, level: Level) -> usize {
        let (first, last) = self.range(at);
        self.lines.all[first..last].iter().filter(|line| line.level == level).count()
    }

    fn range(&self, at: usize) -> (usize, usize) {
        let first = |at: usize| self.firsts.get(at).copied().unwrap_or(self.lines.len());
        (first(at), first(at + 1))
    }

    /// Returns the execution at an index with all its lines.
    pub fn into_execution(mut self, at: usize) -> (JobExecution, Lines) {
        let (first, last) = self.range(at);
        (self.executions.swap_remove(at), self.lines.slice(first, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"[{"Note":"JobExecutionLogs","More":[{"a":"]"}],"jobExecutionLogs":[
        {"Id":"00000000-0000-0000-0000-000000000001","Message":"a \"]}, [{\\","Severity":0,"TimeStamp":"2026-03-14T02:00:00Z"},
        {"Id":"00000000-0000-0000-0000-000000000002","Message":"é","Severity":2}],
        "State":3,"Id":"00000000-0000-0000-0000-00000000000a","JobId":"00000000-0000-0000-0000-00000000000c"},
        {"Id":"00000000-0000-0000-0000-00000000000b","JobId":"00000000-0000-0000-0000-00000000000c","State":2,
        "JobExecutionLogs":[{"Id":"00000000-0000-0000-0000-000000000003","Message":"c","Severity":0},
        {"Id":"00000000-0000-0000-0000-000000000003","Message":"c","Severity":0}]}, {"JobExecutionLogs":null,
        "Id":"00000000-0000-0000-0000-00000000000d","JobId":"00000000-0000-0000-0000-00000000000c","State":1}]"#;

    fn decode(body: &[u8], chunk_size: usize) -> Result<DecodedLogs, String> {
        decode_with(body, chunk_size, &mut KnownLines::default())
    }

    fn decode_with(
        body: &[u8],
        chunk_size: usize,
        known_lines: &mut KnownLines,
    ) -> Result<DecodedLogs, String> {
        let mut decoder = LogDecoder::default();
        known_lines.begin_response(None);
        for bytes in body.chunks(chunk_size) {
            decoder.push(bytes);
            while decoder.decode_batch(known_lines).map_err(|error| error.to_string())? {}
        }
        decoder.set_complete();
        while decoder.decode_batch(known_lines).map_err(|error| error.to_string())? {}
        known_lines.end_response();
        decoder.finish().map_err(|(error, _)| error.to_string())
    }

    #[test]
    fn chunk_size_does_not_change_the_result() {
        for chunk_size in [1, 2, 3, 7, 64, 1000, 10_000] {
            let decoded = || decode(BODY.as_bytes(), chunk_size).unwrap();
            assert_eq!(decoded().executions.len(), 3);
            let (execution, lines) = decoded().into_execution(0);
            assert_eq!(execution.state, txjobs_sdk::ExecutionState::Failed);
            assert_eq!(lines.len(), 2);
            assert_eq!(lines.get(0).unwrap().message, r#"a "]}, [{\"#);
            assert_eq!(lines.get(1).unwrap().message, "é");
            assert_eq!(execution.job_execution_logs.len(), 1, "the newest only");
            assert_eq!(execution.job_execution_logs[0].id.as_u128(), 2);
            assert_eq!([0, 1, 2].map(|at| decoded().count(at, Level::Error)), [1, 0, 0]);
            let (execution, lines) = decoded().into_execution(1);
            assert_eq!((lines.len(), lines.get(0).unwrap().message), (1, "c"), "each line once");
            assert_eq!(execution.id.as_u128(), 11);
            assert_eq!(decoded().into_execution(2).1.len(), 0);
        }
    }

    #[test]
    fn invalid_characters_are_replaced() {
        let body = BODY.replace("\"Note\"", r#""\udc00""#).replace("\"c\"", r#""c\ud800 \ud83d\ude00""#);
        let parts: Vec<_> = body.split('é').map(str::as_bytes).collect();
        let body = parts.join(b"\xff\xc3\xa9" as &[u8]);
        for chunk_size in [1, 2, 3, 5, 64, 10_000] {
            let decoded = || decode(&body, chunk_size).unwrap();
            assert_eq!(decoded().executions.len(), 3, "{chunk_size}");
            assert_eq!(decoded().into_execution(0).1.get(1).unwrap().message, "\u{fffd}é", "{chunk_size}");
            assert_eq!(
                decoded().into_execution(1).1.get(0).unwrap().message,
                "c\u{fffd} \u{1f600}",
                "{chunk_size}"
            );
        }
    }

    #[test]
    fn known_lines_are_skipped_with_any_kind_of_id() {
        let body = |ids: [&str; 3]| {
            let lines = ids.map(|id| {
                format!(r#"{{{id}"Message":"a","Severity":0,"TimeStamp":"2026-03-14T02:00:00Z"}}"#)
            });
            format!(
                r#"[{{"Id":"00000000-0000-0000-0000-00000000000a","JobId":"00000000-0000-0000-0000-00000000000c","State":1,"JobExecutionLogs":[{}]}}]"#,
                lines.join(",")
            )
        };
        let id = |number: u32| format!(r#""Id":"00000000-0000-0000-0000-{number:012}","#);
        for (first, second) in [
            ([String::new(), String::new(), String::new()], [String::new(), String::new(), String::new()]),
            ([id(1), id(2), id(3)], [id(4), id(5), id(6)]),
            ([id(1), id(2), id(3)], [id(1), id(2), id(3)]),
        ] {
            let mut known_lines = KnownLines::default();
            let texts = [first, second].map(|ids| {
                let ids = ids.each_ref().map(String::as_str);
                decode_with(body(ids).as_bytes(), 50, &mut known_lines).unwrap().into_execution(0).1.len()
            });
            assert_eq!(texts, [3, 0]);
        }
    }

    #[test]
    fn invalid_body_is_an_error() {
        assert_eq!(decode(b"[]", 1).unwrap().executions.len(), 0);
        for body in ["", "<html>", "[", "[{", r#"{"JobExecutionLogs":[]}"#, "]]]}", "[[{}]]", "\"\\"] {
            assert!(decode(body.as_bytes(), 2).is_err(), "{body}");
        }
        // A body that is cut at any position is an error.
        for length in 0..BODY.len() {
            assert!(decode(&BODY.as_bytes()[..length], 50).is_err(), "{length}");
        }
        let odd = BODY.replace("\"Severity\":2", "\"Severity\":[]");
        assert!(decode(odd.as_bytes(), 50).unwrap_err().contains("invalid type"));
    }

    #[test]
    fn long_line_in_small_chunks_is_decoded() {
        let message = "x".repeat(5_000_000);
        let body = BODY.replace('é', &message);
        let (_, lines) = decode(body.as_bytes(), 1000).unwrap().into_execution(0);
        assert_eq!(lines.get(1).unwrap().message.len(), 5_000_000);
    }
}
