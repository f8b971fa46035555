//! Finds the lines that only one of two logs has.
//!
//! Two lines are equal if they have the same severity and their texts differ only in words with a digit, such as numbers,
//! times and ids. Their number and order are ignored.

use super::lines::Lines;
use crate::model::sort::sorted_indices;

/// A kind of line that the other log does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniqueLine {
    /// Index of the first such line.
    pub line: usize,
    /// Number of such lines.
    pub count: usize,
}

/// A log prepared for comparison.
#[derive(Clone, Debug, Default)]
pub struct LineSet {
    keys: Vec<u64>,
    /// Line indices by key, then by position.
    sorted: Vec<usize>,
}

impl LineSet {
    pub fn from_lines(lines: &Lines) -> Self {
        let key = |line| lines.get(line).map_or(0, |line| line_hash(line.message, line.level as u8));
        let keys: Vec<_> = (0..lines.len()).map(key).collect();
        let sorted = sorted_indices(keys.len(), &|a, b| keys[a].cmp(&keys[b]));
        Self { keys, sorted }
    }

    /// Returns the lines that the other log does not have, one for each kind, in the order of the log.
    pub fn difference(&self, other: &Self) -> Vec<UniqueLine> {
        let has = |key: u64| {
            let at = other.sorted.partition_point(|line| other.keys[*line] < key);
            other.sorted.get(at).is_some_and(|line| other.keys[*line] == key)
        };
        let mut unique = Vec::new();
        for group in self.sorted.chunk_by(|a, b| self.keys[*a] == self.keys[*b]) {
            if !has(self.keys[group[0]]) {
                unique.push(UniqueLine { line: group[0], count: group.len() });
            }
        }
        let in_order = sorted_indices(unique.len(), &|a, b| unique[a].line.cmp(&unique[b].line));
        in_order.into_iter().map(|at| unique[at]).collect()
    }
}

/// Returns a hash that is the same for equal lines (64-bit FNV-1a, so a collision is very unlikely).
fn line_hash(message: &str, level: u8) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    add(level);
    for word in message.as_bytes().chunk_by(|a, b| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric()) {
        match word.iter().any(u8::is_ascii_digit) {
            true => add(b'0'),
            false => word.iter().for_each(|byte| add(*byte)),
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::lines;

    fn line_set(text: &str) -> LineSet {
        LineSet::from_lines(&lines(text).into_iter().collect())
    }

    #[test]
    fn numbers_times_and_ids_are_ignored() {
        let one = line_set("Read 12 rows at 02:00:01.117|run 5f0c9a31-7b42|Done");
        let other = line_set("Done|Read 7 rows at 23:59:59.000|run 00000000-1111");
        assert!(one.difference(&other).is_empty() && other.difference(&one).is_empty());
    }

    #[test]
    fn each_kind_of_line_is_listed_once_with_its_count() {
        let one = line_set("b 1|a|e broke 1|b 2|e broke 2|Größe");
        let other = line_set("a|w broke 1");
        assert_eq!(
            one.difference(&other),
            [
                UniqueLine { line: 0, count: 2 },
                UniqueLine { line: 2, count: 2 },
                UniqueLine { line: 5, count: 1 }
            ]
        );
        assert_eq!(
            other.difference(&one),
            [UniqueLine { line: 1, count: 1 }],
            "another severity is another line"
        );
        assert_eq!(LineSet::default().difference(&one), []);
    }
}
