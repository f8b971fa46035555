//! How a run goes: what it says, in which order, and how long each line takes in relation to the others.

use fastrand::Rng;
use txjobs_sdk::{ExecutionState, Severity};

use super::faults;
use super::job::{Job, Kind};
use super::numbers::thousands;

/// A line of a run that is not dated yet.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// How long before it, in relation to the others.
    pub weight: u32,
    pub severity: Severity,
    pub message: String,
}

/// The lines of a run. Whatever is left out or put in goes between the two halves.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    pub before: Vec<Told>,
    pub after: Vec<Told>,
}

impl Story {
    /// A run of this job that ends so and takes about so many seconds.
    pub fn of(rng: &mut Rng, job: &Job, name: &str, state: ExecutionState, seconds: f64) -> Self {
        let rows = (job.rate as f64 * seconds * (0.7 + 0.6 * rng.f64())) as u64 + 1;
        let mut story =
            Self { before: opening(rng, job, name), after: closing(rng, job, name, rows, seconds) };
        match state {
            ExecutionState::CompletedWithWarnings => {
                for _ in 0..1 + rng.usize(0..3) / 2 {
                    story.amid(Severity::Warning, rng, job, faults::warning);
                }
            }
            ExecutionState::CompletedWithErrors => {
                story.amid(Severity::Error, rng, job, faults::error);
                if rng.bool() {
                    story.amid(Severity::Warning, rng, job, faults::warning);
                }
            }
            ExecutionState::Failed => story.break_off(rng, job, name),
            _ => {}
        }
        story
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.before.len() + self.after.len()
    }

    /// A trouble that the run got over.
    fn amid(&mut self, severity: Severity, rng: &mut Rng, job: &Job, message: fn(&mut Rng, &Job) -> String) {
        let told = Told { weight: 2 + rng.u32(0..6), severity, message: message(rng, job) };
        // The last line says that it is over.
        let at = rng.usize(0..self.after.len().max(1));
        self.after.insert(at, told);
    }

    /// The rest did not come to pass.
    fn break_off(&mut self, rng: &mut Rng, job: &Job, name: &str) {
        let kept = rng.usize(0..self.after.len().max(1));
        self.after.truncate(kept);
        let error = |message| Told { weight: 6, severity: Severity::Error, message };
        self.after.push(error(faults::fatal(rng, job)));
        // The reason is not always the last word.
        match rng.u8(0..6) {
            0 => self.after.push(told(1, format!("Rolling back the changes to {}", job.table()))),
            1 => self.after.push(error(format!("Execution package {name} failed"))),
            2 => {
                self.after.push(error(format!(
                    "The step {} failed after {} attempts",
                    step(job),
                    rng.u8(2..5)
                )));
                self.after.push(told(1, "Rolled back; closing 4 connections".to_owned()));
            }
            _ => {}
        }
    }
}

/// A line of the middle of a run: part `n` of `all`.
pub(super) fn part(rng: &mut Rng, job: &Job, n: u64, all: u64) -> Told {
    let (n, all) = (thousands(n), thousands(all));
    let rows = thousands(job.rate * rng.u64(80..120) / 50 + rng.u64(1..500));
    let seconds = 0.04 + 3.0 * rng.f64() * rng.f64();
    let Job { entity, source, place, .. } = job;
    let message = match job.kind {
        Kind::Ingest => {
            format!("Reading {entity} from {source} (batch {n} of {all}): {rows} rows in {seconds:.2} s")
        }
        Kind::Staging => format!("Batch {n} of {all} into {}: {rows} rows in {seconds:.2} s", job.table()),
        Kind::Dimension => format!("Merging part {n} of {all} of {entity}: {rows} members in {seconds:.2} s"),
        Kind::Fact => format!("Partition {n} of {all} of {}: {rows} rows in {seconds:.2} s", job.table()),
        Kind::Snapshot => format!("Day {n} of {all}: {rows} rows kept"),
        Kind::Quality => {
            format!("Rule {n} of {all} on {entity} {place}: {rows} rows checked in {seconds:.2} s")
        }
        Kind::Reconciliation => format!("Period {n} of {all}: {rows} rows agree with {source}"),
        Kind::Delivery => format!("Subset {n} of {all} delivered: {rows} rows in {seconds:.2} s"),
        Kind::Model => {
            format!("Partition {n} of {all} of the model processed: {rows} rows in {seconds:.2} s")
        }
        Kind::Export => format!("Wrote file {n} of {all}: {rows} rows in {seconds:.2} s"),
    };
    told(1, message)
}

fn told(weight: u32, message: String) -> Told {
    Told { weight, severity: Severity::Information, message }
}

fn step(job: &Job) -> &'static str {
    match job.kind {
        Kind::Ingest => "Read source",
        Kind::Staging => "Transfer",
        Kind::Dimension => "Merge members",
        Kind::Fact => "Load partitions",
        Kind::Snapshot => "Take snapshot",
        Kind::Quality => "Check rules",
        Kind::Reconciliation => "Compare totals",
        Kind::Delivery => "Deliver subset",
        Kind::Model => "Process model",
        Kind::Export => "Write files",
    }
}

fn opening(rng: &mut Rng, job: &Job, name: &str) -> Vec<Told> {
    let Job { entity, source, server, area, place, .. } = job;
    let mut lines = vec![told(1, format!("Execution package {name} started"))];
    let second = match job.kind {
        Kind::Ingest => format!("Incremental load of {entity} from {source} since the last watermark"),
        Kind::Staging => format!("Truncating {}", job.table()),
        Kind::Dimension => format!("Comparing {entity} {place} with {}", job.table()),
        Kind::Fact => format!("Switching out the partitions of {}", job.table()),
        Kind::Snapshot => format!("Taking a snapshot of {entity} into {}", job.table()),
        Kind::Quality => format!("{} rules apply to {entity} {place}", rng.u8(4..60)),
        Kind::Reconciliation => format!("Comparing {entity} with the totals of {source}"),
        Kind::Delivery => format!("Checking which rows of {entity} the {area} mart lacks"),
        Kind::Model => format!("Refreshing the {area} model on {server}"),
        Kind::Export => format!("Selecting {entity} {place} for {source}"),
    };
    lines.push(told(3, second));
    if rng.u8(0..4) == 0 {
        lines.insert(1, told(1, format!("Connected to {server} in {} ms", rng.u16(12..900))));
    }
    lines
}

fn closing(rng: &mut Rng, job: &Job, name: &str, rows: u64, seconds: f64) -> Vec<Told> {
    let (new, changed) = (rows / rng.u64(9..200), rows / rng.u64(20..90));
    let busy = (seconds * 0.8).max(0.01);
    let rate = thousands((rows as f64 / busy) as u64);
    let (rows, new, changed) = (thousands(rows), thousands(new), thousands(changed));
    let Job { entity, source, server, area, .. } = job;
    let mut lines = vec![told(12, format!("{rows} rows in {busy:.1} s ({rate} rows/s)"))];
    match job.kind {
        Kind::Ingest => lines.push(told(2, format!("{new} new, {changed} changed; watermark moved"))),
        Kind::Staging => lines.push(told(3, format!("Rebuilding 2 indexes of {}", job.table()))),
        Kind::Dimension => {
            lines.push(told(4, format!("Merging into {}: {new} new, {changed} changed", job.table())));
        }
        Kind::Fact => lines.push(told(3, format!("Looking up {} dimension keys", rng.u8(3..14)))),
        Kind::Snapshot => lines.push(told(1, format!("{} days are kept", rng.u16(30..400)))),
        Kind::Quality => lines.push(told(2, format!("All rules on {entity} hold for {rows} rows"))),
        Kind::Reconciliation => lines.push(told(1, format!("Totals agree with {source} to the cent"))),
        Kind::Delivery => lines.push(told(2, format!("The {area} mart has {new} new rows"))),
        Kind::Model => lines.push(told(4, format!("Recalculated {} measures on {server}", rng.u8(6..90)))),
        Kind::Export => lines.push(told(2, format!("Sent {} files to {source}", rng.u8(1..12)))),
    }
    if rng.bool() {
        lines.push(told(1, format!("Execution package {name} completed")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [ExecutionState; 4] = [
        ExecutionState::Completed,
        ExecutionState::CompletedWithWarnings,
        ExecutionState::CompletedWithErrors,
        ExecutionState::Failed,
    ];

    fn stories(state: ExecutionState) -> Vec<Vec<Told>> {
        let mut rng = Rng::with_seed(7);
        let one = |n| {
            let job = Job::of(n);
            let story = Story::of(&mut rng, &job, &job.name(), state, 60.0);
            story.before.into_iter().chain(story.after).collect()
        };
        (0..500).map(one).collect()
    }

    #[test]
    fn the_worst_line_fits_the_end() {
        for state in STATES {
            let worst = match state {
                ExecutionState::Completed => Severity::Information,
                ExecutionState::CompletedWithWarnings => Severity::Warning,
                _ => Severity::Error,
            };
            for story in stories(state) {
                let most = story.iter().max_by_key(|told| told.severity.number()).unwrap();
                assert_eq!(most.severity, worst, "{story:?}");
            }
        }
    }

    #[test]
    fn a_failure_is_told_near_the_end_and_not_always_last() {
        let stories = stories(ExecutionState::Failed);
        let place = |story: &Vec<Told>| {
            story.len() - story.iter().position(|told| told.severity == Severity::Error).unwrap()
        };
        assert!(stories.iter().all(|story| place(story) <= 3));
        let last_is_error = stories.iter().filter(|story| story.last().unwrap().severity == Severity::Error);
        let last_is_error = last_is_error.count();
        assert!((250..480).contains(&last_is_error), "{last_is_error}");
        assert!(stories.iter().all(|story| !story.iter().any(|told| told.message.ends_with(" completed"))));
    }

    #[test]
    fn an_ordinary_run_is_short() {
        let lines: usize = stories(ExecutionState::Completed).iter().map(Vec::len).sum();
        assert!((4 * 500..6 * 500).contains(&lines), "{lines}");
    }
}
