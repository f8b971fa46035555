//! How a made-up job runs now: the same way each time.

use std::time::Duration;

use fastrand::Rng;
use txjobs_sdk::ExecutionState;
use uuid::Uuid;

use super::job::Job;
use super::story::{self, Story, Told};
use super::{Profile, hostile};
use crate::config::{Outcome, Script, Step};
use txjobs_store::{Result, Store};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const LINES: std::ops::RangeInclusive<usize> = 5..=30;
const MILLIS: std::ops::RangeInclusive<u64> = 2_000..=20_000;

/// What the made-up job of this seed and name runs: 5 to 30 lines in 2 to 20 seconds. Its end is that of its seed: one
/// in ten has warnings, one in twenty errors, one in fifteen fails.
pub fn script(profile: Profile, seed: i64, name: &str) -> Script {
    let mut rng = Rng::with_seed(seed.cast_unsigned() ^ 0x0070_6c61_7965);
    let state = match rng.u8(0..60) {
        0..6 => ExecutionState::CompletedWithWarnings,
        6..9 => ExecutionState::CompletedWithErrors,
        9..13 => ExecutionState::Failed,
        _ => ExecutionState::Completed,
    };
    let millis = rng.u64(MILLIS);
    let job = Job::of(seed);
    let mut story = Story::of(&mut rng, &job, name, state, Duration::from_millis(millis).as_secs_f64());
    let parts = rng.usize(LINES).saturating_sub(story.len());
    let all = parts as u64;
    story.before.extend((1..=all).map(|n| story::part(&mut rng, &job, n, all)));
    if profile == Profile::Hostile {
        hostile::spoil(&mut rng, &mut story);
    }

    let told: Vec<Told> = story.before.into_iter().chain(story.after).collect();
    let weights: u64 = told.iter().map(|told| u64::from(told.weight)).sum();
    let step = |told: Told| Step {
        after: Duration::from_millis(millis * u64::from(told.weight) / weights.max(1)),
        severity: told.severity,
        message: told.message,
        repeat: 1,
    };
    let steps = told.into_iter().map(step).collect();
    Script { outcome: Outcome { weight: 1, state, steps }, history: Vec::new(), every: DAY }
}

/// What this job runs, if it is a made-up one.
///
/// # Errors
///
/// The store does not answer.
pub async fn script_of(store: &Store, job: Uuid) -> Result<Option<Script>> {
    let Some(work) = store.seeded_work(job).await? else { return Ok(None) };
    Ok(Profile::named(&work.profile).map(|profile| script(profile, work.seed, &work.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scripts(profile: Profile) -> Vec<Script> {
        (0..1200).map(|seed| script(profile, seed << 32 | seed, "A job")).collect()
    }

    #[test]
    fn a_run_is_as_long_as_it_should_be() {
        for profile in Profile::ALL {
            for script in scripts(profile) {
                let steps = script.outcome.steps;
                assert!(LINES.contains(&steps.len()), "{}", steps.len());
                let took: Duration = steps.iter().map(|step| step.after).sum();
                assert!(took > Duration::from_millis(1_900) && took <= Duration::from_secs(20), "{took:?}");
                assert!(steps.iter().all(|step| step.message(1) == step.message), "nothing is filled in");
            }
        }
    }

    #[test]
    fn the_same_job_runs_the_same_way() {
        let steps = |seed| format!("{:?}", script(Profile::Warehouse, seed, "A job"));
        assert_eq!(steps(77), steps(77));
        assert_ne!(steps(77), steps(78));
    }

    #[test]
    fn every_end_comes_as_often_as_it_should() {
        let scripts = scripts(Profile::Warehouse);
        let count = |state| scripts.iter().filter(|script| script.outcome.state == state).count();
        assert!((80..170).contains(&count(ExecutionState::CompletedWithWarnings)));
        assert!((35..90).contains(&count(ExecutionState::CompletedWithErrors)));
        assert!((45..120).contains(&count(ExecutionState::Failed)));
        assert!(count(ExecutionState::Completed) > 800);
    }
}
