//! When the runs of a job were, and how they ended.

use fastrand::Rng;
use txjobs_sdk::ExecutionState;

use super::job::Job;
use crate::clock::Micros;

const SECOND: Micros = 1_000_000;
// However many runs there were, the first one was not longer ago than this.
const REACH: Micros = 400 * 86_400 * SECOND;
// Of a line in a run of a million of them.
const LINE: Micros = 2_000;

/// A run of the past, without its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Past {
    pub created_at: Micros,
    pub ended_at: Micros,
    pub state: ExecutionState,
}

/// The runs of a job, oldest first, all of them over before `now` and none before the one before was over. The newest
/// one has time for so many lines.
pub(super) fn of(rng: &mut Rng, job: &Job, count: u32, now: Micros, lines: u32) -> Vec<Past> {
    let every = micros(job.every).min(REACH / Micros::from(count.max(1)));
    let typical = micros(job.typical).min(every / 4);
    let mut ended_at = now - rng.i64(SECOND..=every.max(SECOND));
    let mut past = Vec::with_capacity(count as usize);
    for n in 0..count {
        let state = state(rng);
        let mut took = duration(rng, typical, state);
        if n == 0 {
            took = took.max(LINE * Micros::from(lines));
        }
        let created_at = ended_at - took;
        past.push(Past { created_at, ended_at, state });
        // A little off each time, and by more the longer both took.
        let off = every / 50;
        ended_at = (ended_at - every + rng.i64(-off..=off)).min(created_at - 1000);
    }
    past.reverse();
    past
}

/// Most went well.
fn state(rng: &mut Rng) -> ExecutionState {
    match rng.u8(0..100) {
        0..82 => ExecutionState::Completed,
        82..91 => ExecutionState::CompletedWithWarnings,
        91..95 => ExecutionState::CompletedWithErrors,
        _ => ExecutionState::Failed,
    }
}

/// Around the typical one; one in twenty took twice as long. What failed did not come to its end.
fn duration(rng: &mut Rng, typical: Micros, state: ExecutionState) -> Micros {
    let percent = match (state, rng.u8(0..20)) {
        (ExecutionState::Failed, _) => rng.i64(20..100),
        (_, 0) => rng.i64(190..230),
        _ => rng.i64(85..116),
    };
    (typical * percent / 100).max(1000)
}

fn micros(duration: std::time::Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(REACH)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Micros = 1_773_453_602_117_000;

    fn check(past: &[Past]) {
        assert!(past.iter().all(|run| run.created_at < run.ended_at && run.ended_at < NOW));
        assert!(past.windows(2).all(|two| two[0].ended_at < two[1].created_at));
        assert!(past.iter().all(|run| run.created_at > NOW - 2 * REACH));
    }

    #[test]
    fn runs_follow_each_other_and_are_over() {
        let mut rng = Rng::with_seed(3);
        for seed in 0..50 {
            let job = Job::of(seed);
            check(&of(&mut rng, &job, 40, NOW, 0));
        }
        let many = of(&mut rng, &Job::of(1), 100_000, NOW, 1_000_000);
        assert_eq!(many.len(), 100_000);
        check(&many);
        assert!(of(&mut rng, &Job::of(1), 0, NOW, 9).is_empty());
    }

    #[test]
    fn some_runs_take_twice_as_long() {
        let job = Job::of(5);
        let typical = micros(job.typical);
        let past = of(&mut Rng::with_seed(3), &job, 300, NOW, 0);
        let slow = past.iter().filter(|run| run.ended_at - run.created_at > typical * 18 / 10).count();
        let usual =
            past.iter().filter(|run| (run.ended_at - run.created_at - typical).abs() <= typical / 6).count();
        assert!((5..40).contains(&slow), "{slow}");
        assert!(usual > 200, "{usual}");
    }

    #[test]
    fn most_runs_go_well_and_every_end_comes() {
        let past = of(&mut Rng::with_seed(3), &Job::of(5), 1000, NOW, 0);
        let count = |state| past.iter().filter(|run| run.state == state).count();
        assert!((750..900).contains(&count(ExecutionState::Completed)));
        assert!((50..130).contains(&count(ExecutionState::CompletedWithWarnings)));
        assert!((15..80).contains(&count(ExecutionState::CompletedWithErrors)));
        assert!((15..80).contains(&count(ExecutionState::Failed)));
    }
}
