//! How much of an engine's log was written, in a form that stays small.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The hash of a line.
pub(super) type LineHash = [u8; 3];

/// How much of the engine's log was written, by the keys of its lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::http_job) struct LogPosition(pub BTreeMap<String, ListPosition>);

/// How much of a list of texts was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::http_job) struct ListPosition {
    /// How many of the first texts are taken as complete, and their hash.
    #[serde(default, skip_serializing_if = "is_default")]
    pub closed: usize,
    #[serde(default, skip_serializing_if = "is_default")]
    pub closed_hash: String,
    /// The texts after them.
    pub open: Vec<TextPosition>,
    /// Whether a text has gone on in its last line, so that a text without a line end is not a line yet.
    #[serde(default, skip_serializing_if = "is_default")]
    pub has_growing_lines: bool,
}

/// How much of a text was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::http_job) struct TextPosition {
    #[serde(rename = "b")]
    pub bytes: usize,
    /// The hash of these bytes.
    #[serde(rename = "h", default, skip_serializing_if = "is_default")]
    pub hash: String,
    /// The hashes of the last lines, to find them in a text that begins later.
    #[serde(rename = "t", default, skip_serializing_if = "is_default")]
    tail: String,
}

impl TextPosition {
    /// Returns the position after the first bytes of a text, which have this hash.
    pub fn new(written: &str, hash: String, max_tail: usize) -> Self {
        let mut lines: Vec<_> =
            lines(written).rev().take(max_tail).map(|(_, line)| hash_line(line)).collect();
        lines.reverse();
        Self { bytes: written.len(), hash, tail: STANDARD_NO_PAD.encode(lines.concat()) }
    }

    /// Returns the hashes of the last lines.
    pub fn tail(&self) -> Vec<LineHash> {
        let bytes = STANDARD_NO_PAD.decode(&self.tail).unwrap_or_default();
        bytes.as_chunks().0.to_vec()
    }

    /// Returns whether a text begins with what was written.
    pub fn is_continued_by(&self, text: &str) -> bool {
        self.bytes == 0
            || text
                .get(..self.bytes)
                .is_some_and(|written| short_hash(Sha256::new_with_prefix(written)) == self.hash)
    }
}

/// Iterates over the lines of a text, without their ends, and where they end.
pub(super) fn lines(text: &str) -> impl DoubleEndedIterator<Item = (usize, &str)> {
    let start = text.as_ptr() as usize;
    text.split_inclusive('\n')
        .map(move |line| (line.as_ptr() as usize - start + line.len(), without_end(line)))
}

/// Returns a line without its end.
pub(super) fn without_end(line: &str) -> &str {
    let Some(line) = line.strip_suffix('\n') else { return line };
    line.strip_suffix('\r').unwrap_or(line)
}

pub(super) fn hash_line(line: &str) -> LineHash {
    let hash = Sha256::digest(line);
    [hash[0], hash[1], hash[2]]
}

/// Returns the beginning of a hash, which is enough to compare texts of one engine.
pub(super) fn short_hash(hasher: Sha256) -> String {
    STANDARD_NO_PAD.encode(&hasher.finalize()[..9])
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
