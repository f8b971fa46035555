//! What is stored about a run, so that another node or the next start can continue it.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use txjobs_store::time::Micros;

use super::pod_log::LogPosition;

/// The version of the format.
const VERSION: u32 = 2;

/// What is stored about a run. It contains no secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ResumeToken {
    version: u32,
    /// When the Job was about to be created.
    pub started_at: Micros,
    /// The address of the API server that was asked to create it.
    pub server: String,
    pub namespace: String,
    /// How long Kubernetes keeps the Job after its end.
    pub keep: Duration,
    /// The id that Kubernetes gave the Job. `None`: it may or may not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The name of the pod that was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// The part of the pod's log that is in the store.
    #[serde(default)]
    pub log: LogPosition,
    /// How many of the pod's lines after that part are in the store as well, before `next_seq`.
    #[serde(default)]
    pub written: i64,
    /// From this sequence number on, the log of the run has lines of the pod only.
    pub next_seq: i64,
    /// The number of the most severe line so far.
    #[serde(default)]
    pub worst: i64,
}

impl ResumeToken {
    /// Creates the token of a run whose Job is about to be created.
    pub fn new(started_at: Micros, server: String, namespace: String, keep: Duration, next_seq: i64) -> Self {
        let log = LogPosition::default();
        Self {
            version: VERSION,
            started_at,
            server,
            namespace,
            keep,
            uid: None,
            pod: None,
            log,
            written: 0,
            next_seq,
            worst: 0,
        }
    }

    /// Notes that Kubernetes may keep the Job no longer than this after its end, because the configuration has changed.
    pub fn limit_keep(&mut self, keep: Duration) {
        self.keep = self.keep.min(keep);
    }

    /// Returns whether a Job that an earlier request has created must still exist, so that it cannot be created a second time.
    pub fn can_create_again(&self, now: Micros) -> bool {
        let passed = u64::try_from(now.saturating_sub(self.started_at)).unwrap_or_default();
        Duration::from_micros(passed) < self.keep
    }

    /// Returns how many of the pod's lines after the part `log` are in a log whose next line has this sequence number.
    pub fn written_before(&self, next_seq: i64) -> i64 {
        self.written + next_seq.saturating_sub(self.next_seq).max(0)
    }

    /// Parses a stored token.
    ///
    /// # Errors
    ///
    /// Fails if another version of the program, or another kind of job, has stored it.
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
        let mut token =
            ResumeToken::new(5, "https://a.example".to_owned(), "etl".to_owned(), Duration::from_secs(60), 3);
        assert_eq!(ResumeToken::parse(&token.to_text()).unwrap(), token);
        token.uid = Some("a-b".to_owned());
        token.log.add(Some(17));
        assert_eq!(ResumeToken::parse(&token.to_text()).unwrap(), token);
        token.written = 2;
        assert_eq!([1, 3, 5].map(|next| token.written_before(next)), [2, 2, 4]);
        assert!(ResumeToken::parse("number 7").is_err());
        assert!(ResumeToken::parse(&token.to_text().replace("\"version\":2", "\"version\":1")).is_err());
    }

    #[test]
    fn job_is_not_created_again_after_the_shortest_time_for_which_it_was_kept() {
        let second = 1_000_000;
        let keep = Duration::from_secs(60);
        let mut token = ResumeToken::new(0, String::new(), "etl".to_owned(), keep, 1);
        token.limit_keep(Duration::from_secs(3600));
        assert_eq!(
            [-1, 0, 59, 60, 600].map(|now| token.can_create_again(now * second)),
            [true, true, true, false, false]
        );
        token.limit_keep(Duration::from_secs(30));
        assert!(token.can_create_again(29 * second) && !token.can_create_again(30 * second));
    }
}
