//! The runs that this process has started.

use std::collections::{HashSet, VecDeque};

use uuid::Uuid;

/// How many of the last runs are remembered.
const MAX_RUNS: usize = 65_536;

/// Refuses to start a run a second time, whatever the store says. The claim in the store is what keeps runs apart; this
/// stands behind it, because a command that runs twice cannot be taken back.
#[derive(Debug, Default)]
pub(super) struct Started {
    ids: HashSet<Uuid>,
    order: VecDeque<Uuid>,
}

impl Started {
    /// Notes that a run is started; false if it was started before.
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
    fn second_start_is_refused_and_memory_is_bounded() {
        let mut started = Started::default();
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
