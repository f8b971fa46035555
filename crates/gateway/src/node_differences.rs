//! Notices that another node uses a different configuration.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use crate::clock::Moment;

/// How long nodes may differ without a warning. During a reload they differ for a moment.
const MAX_DIFFERENCE: Duration = Duration::from_secs(60);

/// What the database has from a node with a different configuration, and since when. `None`: a warning was logged.
#[derive(Debug)]
pub(crate) struct NodeDifferences<K>(HashMap<K, Option<Moment>>);

impl<K> Default for NodeDifferences<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> NodeDifferences<K> {
    /// Notes a difference. Returns true once, when it has lasted so long that it needs a warning.
    pub fn needs_warning(&mut self, key: K, moment: Moment) -> bool {
        let since = self.0.entry(key).or_insert(Some(moment));
        let is_long = since.is_some_and(|since| moment.duration_since(since) >= MAX_DIFFERENCE);
        if is_long {
            *since = None;
        }
        is_long
    }

    /// Notes that there is no difference.
    pub fn remove(&mut self, key: &K) {
        self.0.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lasting_difference_is_warned_of_once() {
        let mut differences = NodeDifferences::default();
        let mut needs_warning =
            |second: i128| differences.needs_warning("a", Moment::from_micros(second * 1_000_000));
        assert_eq!([0, 59, 60, 61, 500].map(&mut needs_warning), [false, false, true, false, false]);
        differences.remove(&"a");
        assert!(!differences.needs_warning("a", Moment::from_micros(600_000_000)));
    }
}
