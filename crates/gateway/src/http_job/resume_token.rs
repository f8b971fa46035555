//! What is stored about a run, so that another node or the next start can continue it.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use txjobs_store::time::Micros;

use super::log_reader::LogPosition;

/// The version of the format.
const VERSION: u32 = 2;

/// What is stored about a run. It contains no secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ResumeToken {
    version: u32,
    /// When the start request was about to be sent.
    pub started_at: Micros,
    /// The engine to which it was sent. The id of its run is sent to no other one.
    pub engine: String,
    pub progress: Progress,
}

/// How far the run has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Progress {
    /// Nothing was sent, because the gateway stopped before.
    Waiting,
    /// The start request may have been sent. It must not be sent again.
    Starting,
    /// The engine has accepted the run.
    Started(Box<EngineRun>),
}

/// A run that the engine has accepted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct EngineRun {
    /// The id that the engine gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<Value>,
    /// The address of its state, if the engine named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_url: Option<String>,
    /// A page about it for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Whether the cancel request may have been sent. It must not be sent again.
    #[serde(default)]
    pub is_cancel_sent: bool,
    /// The state that was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The part of the engine's log whose lines are in the store.
    #[serde(default)]
    pub log: LogPosition,
    /// The lines after that part which are being written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writing: Option<WrittenLines>,
    /// Whether the log of the run says that earlier lines are missing in that of the engine.
    #[serde(default)]
    pub is_shortened_log_noted: bool,
    /// Whether the log of the run says that the engine's log is another one.
    #[serde(default)]
    pub is_replaced_log_noted: bool,
    /// The number of the most severe line of the engine's log.
    #[serde(default)]
    pub worst: i64,
}

/// Consecutive lines of a run's log that are written in one transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WrittenLines {
    /// The sequence number of the first one.
    pub first_seq: i64,
    pub count: usize,
    /// The part of the engine's log up to the last one.
    pub log: LogPosition,
}

impl WrittenLines {
    /// Returns whether the lines are in a log whose next line has this sequence number.
    fn are_before(&self, next_seq: i64) -> bool {
        let count = i64::try_from(self.count).unwrap_or(i64::MAX);
        next_seq >= self.first_seq.saturating_add(count)
    }
}

impl EngineRun {
    /// Returns the part of the engine's log that is in a log of the run whose next line has this sequence number.
    pub fn log_position(&self, next_seq: i64) -> &LogPosition {
        let written = self.writing.as_ref().filter(|lines| lines.are_before(next_seq));
        written.map_or(&self.log, |lines| &lines.log)
    }

    /// Forgets the lines that were being written, unless they are in a log with this next sequence number. Returns whether there were any.
    pub fn forget_unwritten_lines(&mut self, next_seq: i64) -> bool {
        self.writing.take_if(|lines| !lines.are_before(next_seq)).is_some()
    }

    /// Notes whether the lines that were being written are in the log, whose next line has this sequence number.
    pub fn settle_written_lines(&mut self, next_seq: i64) {
        if let Some(lines) = self.writing.take()
            && lines.are_before(next_seq)
        {
            self.log = lines.log;
        }
    }
}

impl ResumeToken {
    /// Creates the token of a run that the next start of a gateway starts.
    pub fn waiting(now: Micros, engine: &str) -> Self {
        Self { progress: Progress::Waiting, ..Self::new(now, engine) }
    }

    /// Creates the token of a run whose start request is about to be sent.
    pub fn new(started_at: Micros, engine: &str) -> Self {
        Self { version: VERSION, started_at, engine: engine.to_owned(), progress: Progress::Starting }
    }

    /// Parses a stored token.
    ///
    /// # Errors
    ///
    /// Fails if another version of the program has stored it.
    pub fn parse(text: &str) -> Result<Self> {
        let token: Self = serde_json::from_str(text)?;
        ensure!(token.version == VERSION, "its format has the version {}", token.version);
        Ok(token)
    }

    /// Returns the text to store.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_read_as_it_was_stored() {
        let mut token = ResumeToken::new(5, "https://engine.example/runs/{run_id}");
        assert_eq!(ResumeToken::parse(&token.to_text()).unwrap(), token);
        let run = EngineRun {
            run_id: Some(Value::from(u64::MAX)),
            is_cancel_sent: true,
            writing: Some(WrittenLines { first_seq: 3, count: 2, log: LogPosition::default() }),
            ..EngineRun::default()
        };
        token.progress = Progress::Started(Box::new(run));
        assert_eq!(ResumeToken::parse(&token.to_text()).unwrap(), token);
        assert!(ResumeToken::parse("number 7").is_err());
        assert!(ResumeToken::parse(&token.to_text().replace("\"version\":2", "\"version\":1")).is_err());
    }

    #[test]
    fn written_lines_are_recognized_by_the_next_sequence_number() {
        let after = LogPosition([("0".to_owned(), Default::default())].into());
        let writing = Some(WrittenLines { first_seq: 10, count: 3, log: after.clone() });
        for (next_seq, is_written) in [(8, false), (10, false), (12, false), (13, true), (20, true)] {
            let mut run = EngineRun { writing: writing.clone(), ..EngineRun::default() };
            let expected = if is_written { after.clone() } else { LogPosition::default() };
            assert_eq!(run.log_position(next_seq), &expected);
            assert_eq!(run.clone().forget_unwritten_lines(next_seq), !is_written);
            run.settle_written_lines(next_seq);
            assert_eq!((run.log, run.writing), (expected, None));
        }
    }
}
