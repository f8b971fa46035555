//! Remembers the runs that this process has started.

use std::collections::{HashSet, VecDeque};

use uuid::Uuid;

/// The most runs that are remembered.
const MAX_RUNS: usize = 65_536;

/// Prevents a second start of a run, whatever the store returns. The claim in the store already prevents it; this is a second
/// check, because a command that ran twice cannot be undone.
#[derive(Debug, Default)]
pub(super) struct StartedRuns {
    ids: HashSet<Uuid>,
    order: VecDeque<Uuid>,
}

impl StartedRuns {
    /// Notes that a run was started. Returns false if it was started before.
    pub fn insert(&mut self, execution: Uuid) -> bool {
        if !self.ids.insert(execution) {
            return false;
        }
        self.order.push_back(execution);
        if self.order.len() > MAX_RUNS
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insert_again_returns_false_and_memory_is_bounded() {
        let mut started = StartedRuns::default();
        let first = Uuid::from_u128(0);
        assert!(started.insert(first));
        assert!(!started.insert(first));
        for n in 1..=MAX_RUNS {
            assert!(started.insert(Uuid::from_u128(n as u128)));
        }
        assert_eq!((started.ids.len(), started.order.len()), (MAX_RUNS, MAX_RUNS));
        assert!(!started.insert(Uuid::from_u128(MAX_RUNS as u128)));
    }
}
