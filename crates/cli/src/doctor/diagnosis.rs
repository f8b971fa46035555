//! The result of all checks.

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{
    finding::{Finding, Outcome},
    recommendation::Recommendation,
    redaction::Redaction,
};
use crate::{exit::Exit, output::text};

/// The result of all checks.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    /// The findings, ordered by subject. They do not contain the key.
    pub(crate) findings: Vec<Finding>,
    pub(crate) recommendation: Recommendation,
    /// Whether the server refused the key in the configured header.
    pub(crate) is_key_refused: bool,
    /// What a report must not contain.
    pub(crate) redaction: Redaction,
}

impl Diagnosis {
    pub(crate) fn exit(&self) -> Exit {
        match self.number_of(Outcome::Fail) {
            0 => Exit::Completed,
            _ if self.is_key_refused => Exit::KeyRefused,
            _ => Exit::Error,
        }
    }

    /// Returns the numbers of results as a sentence.
    pub(crate) fn counts(&self) -> String {
        let number = |outcome| self.number_of(outcome);
        format!(
            "{} passed, {}, {} failed, {} skipped.",
            number(Outcome::Pass),
            text::count(number(Outcome::Warn), "warning"),
            number(Outcome::Fail),
            number(Outcome::Skip)
        )
    }

    fn number_of(&self, outcome: Outcome) -> usize {
        self.findings.iter().filter(|finding| finding.outcome == outcome).count()
    }
}

impl Serialize for Diagnosis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Diagnosis", 3)?;
        document.serialize_field("Findings", &self.findings)?;
        document.serialize_field("Recommendations", &self.recommendation)?;
        document.serialize_field("ExitCode", &(self.exit() as u8))?;
        document.end()
    }
}
