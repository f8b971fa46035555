//! What is stored about a run, so that another node or the next start can continue it.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use txjobs_store::time::Micros;

use super::appended_text::TextPosition;

/// The version of the format.
const VERSION: u32 = 1;

/// What is stored about a run. It contains no secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ResumeToken {
    version: u32,
    /// When the start request was about to be sent.
    pub started_at: Micros,
    pub progress: Progress,
}

/// How far the run has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Progress {
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
    pub log: TextPosition,
    /// The lines after that part which are being written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writing: Option<WrittenLines>,
    /// The number of the most severe line of the engine's log.
    #[serde(default)]
    pub worst: i64,
}

/// Consecutive lines of a run's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WrittenLines {
    /// The sequence number of the first one.
    pub first_seq: i64,
    pub count: usize,
}

impl WrittenLines {
    /// Returns how many of the lines are in a log whose next line has this sequence number.
    pub fn count_before(self, next_seq: i64) -> usize {
        usize::try_from(next_seq.saturating_sub(self.first_seq)).unwrap_or_default().min(self.count)
    }
}

impl ResumeToken {
    /// Creates the token of a run whose start request is about to be sent.
    pub fn new(started_at: Micros) -> Self {
        Self { version: VERSION, started_at, progress: Progress::Starting }
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
        let mut token = ResumeToken::new(5);
        assert_eq!(ResumeToken::parse(&token.to_text()).unwrap(), token);
        let run = EngineRun {
            run_id: Some(Value::from(u64::MAX)),
            is_cancel_sent: true,
            writing: Some(WrittenLines { first_seq: 3, count: 2 }),
            ..EngineRun::default()
        };
        token.progress = Progress::Started(Box::new(run));
        assert_eq!(ResumeToken::parse(&token.to_text()).unwrap(), token);
        assert!(ResumeToken::parse("number 7").is_err());
        assert!(ResumeToken::parse(&token.to_text().replace("\"version\":1", "\"version\":2")).is_err());
    }

    #[test]
    fn written_lines_are_counted_by_the_next_sequence_number() {
        let lines = WrittenLines { first_seq: 10, count: 3 };
        assert_eq!([8, 10, 11, 13, 20].map(|next| lines.count_before(next)), [0, 0, 1, 3, 3]);
    }
}
