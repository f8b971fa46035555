//! A made-up organization, in pieces that are small enough to be in memory and to be written at once.

use std::{fmt, mem};

use fastrand::Rng;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::history::{self, Past};
use super::job::{self, Job};
use super::story::{self, Story, Told};
use super::{Plan, Profile, Seeded, hostile};
use crate::clock::Micros;
use txjobs_store::{Line, PastRun, Piece, SeededJob};

// Jobs, runs and lines of a piece, and bytes of its texts: well below a second of writing.
const ROWS: usize = 20_000;
const BYTES: usize = 4 * 1024 * 1024;

/// Nobody takes the pieces any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unwanted;

impl fmt::Display for Unwanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody takes the pieces any longer")
    }
}

impl std::error::Error for Unwanted {}

/// Makes up what the plan says and gives it away, piece by piece, until `give` says that it is not wanted.
pub(super) fn make(plan: &Plan, now: Micros, give: impl FnMut(Piece) -> bool) -> Result<Seeded, Unwanted> {
    let mut chance = Rng::with_seed(plan.number);
    let mut cutter = Cutter { give, piece: Piece::default(), rows: 0, bytes: 0, seeded: Seeded::default() };
    let seeds: Vec<i64> = (0..plan.jobs).map(|place| job::seed(plan.number, &mut chance, place)).collect();
    let mut shares = Shares::of(&seeds, plan.executions);
    let mut job_ids = ids(plan, "jobs");
    let mut run_ids = ids(plan, "runs");
    for (place, &seed) in (0..).zip(&seeds) {
        let job = Job::of(seed);
        let name = match plan.profile {
            Profile::Warehouse => job.name(),
            Profile::Hostile => hostile::name(place),
        };
        let id = random_id(&mut job_ids);
        let teller = Teller { profile: plan.profile, job, name: name.clone() };
        cutter.job(SeededJob { id, name, seed })?;

        let mut rng = job::rng(seed).fork();
        let count = shares.next(seed);
        let is_first = place == 0;
        let longest = if is_first { plan.longest_run } else { 0 };
        let past = history::of(&mut rng, &teller.job, count, now, longest);
        let newest = past.len().saturating_sub(1);
        for (n, past) in past.into_iter().enumerate() {
            let is_newest = is_first && n == newest;
            cutter.run(run(&mut run_ids, id, &past))?;
            teller.tell(&mut rng, &past, is_newest, longest, |line| cutter.line(line))?;
        }
    }
    cutter.finish()
}

/// Says what a job's runs said.
struct Teller {
    profile: Profile,
    job: Job,
    name: String,
}

impl Teller {
    /// The lines of a run, dated. The newest one of the first job is the place for what must be there for certain: the
    /// worst lines, and as many as were asked for.
    fn tell(
        &self,
        rng: &mut Rng,
        past: &Past,
        is_newest: bool,
        longest: u32,
        mut line: impl FnMut(Line) -> Result<(), Unwanted>,
    ) -> Result<(), Unwanted> {
        let took = past.ended_at - past.created_at;
        let mut story = Story::of(rng, &self.job, &self.name, past.state, took as f64 / 1e6);
        if self.profile == Profile::Hostile {
            hostile::spoil(rng, &mut story);
            if is_newest {
                story.after.extend(hostile::everything());
            }
        }
        let mut parts = match rng.u32(0..1000) {
            0 => rng.usize(200..600),
            1..8 => rng.usize(15..60),
            _ => 0,
        };
        if is_newest && longest > 0 {
            let lines = longest as usize;
            // If all of the story is too much, then its end.
            let mut surplus = story.len().saturating_sub(lines);
            for half in [&mut story.before, &mut story.after] {
                let cut = surplus.min(half.len());
                half.drain(..cut);
                surplus -= cut;
            }
            parts = lines - story.len();
        }

        let total = weight(&story.before) + weight(&story.after) + parts as Micros + 1;
        let mut told_so_far = 0;
        let mut date = |told: Told| {
            told_so_far += Micros::from(told.weight);
            let time = past.created_at + took * told_so_far / total;
            line(Line { time, severity: told.severity, message: told.message })
        };
        let Story { before, after } = story;
        before.into_iter().try_for_each(&mut date)?;
        let all = parts as u64;
        for n in 1..=all {
            let mut part = story::part(rng, &self.job, n, all);
            if self.profile == Profile::Hostile {
                part.message = hostile::message(rng);
            }
            date(part)?;
        }
        after.into_iter().try_for_each(&mut date)
    }
}

fn weight(lines: &[Told]) -> Micros {
    lines.iter().map(|told| Micros::from(told.weight)).sum()
}

fn run(ids: &mut Rng, job: Uuid, past: &Past) -> PastRun {
    let &Past { created_at, ended_at, state } = past;
    let id = random_id(ids);
    // One in five was started from the application, and has the empty guid as the contract says.
    let trigger_id = if ids.u8(0..5) == 0 { Uuid::nil() } else { random_id(ids) };
    PastRun { id, job, trigger_id, state, created_at, ended_at, lines: Vec::new() }
}

/// Ids are also the organization's: two of the same number can be in one store.
fn ids(plan: &Plan, of: &str) -> Rng {
    let text = format!("{}\0{}\0{of}\0{}", plan.number, plan.profile.name(), plan.organization);
    let digest = Sha256::digest(text.as_bytes());
    let mut head = [0; 8];
    head.copy_from_slice(&digest[..8]);
    Rng::with_seed(u64::from_be_bytes(head))
}

fn random_id(rng: &mut Rng) -> Uuid {
    Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid()
}

/// How many of all runs each job has: some have four times as many as others, and the first job has one before all.
struct Shares {
    executions: u64,
    weights: u64,
    so_far: u64,
    given: u64,
}

impl Shares {
    fn of(seeds: &[i64], executions: u32) -> Self {
        let weights = seeds.iter().copied().map(Self::weight).sum();
        Self { executions: executions.into(), weights, so_far: 0, given: 0 }
    }

    fn next(&mut self, seed: i64) -> u32 {
        self.so_far += Self::weight(seed);
        let until_now = (self.so_far * self.executions).div_ceil(self.weights.max(1));
        let share = until_now - self.given;
        self.given = until_now;
        u32::try_from(share).unwrap_or(u32::MAX)
    }

    fn weight(seed: i64) -> u64 {
        1 + (seed.cast_unsigned() >> 32) % 4
    }
}

/// Collects, and gives away what is enough.
struct Cutter<G> {
    give: G,
    piece: Piece,
    rows: usize,
    bytes: usize,
    seeded: Seeded,
}

impl<G: FnMut(Piece) -> bool> Cutter<G> {
    fn job(&mut self, job: SeededJob) -> Result<(), Unwanted> {
        self.seeded.jobs += 1;
        let bytes = job.name.len();
        self.piece.jobs.push(job);
        self.grown(bytes)
    }

    fn run(&mut self, run: PastRun) -> Result<(), Unwanted> {
        self.seeded.executions += 1;
        self.piece.runs.push(run);
        self.grown(0)
    }

    /// A line of the last run.
    fn line(&mut self, line: Line) -> Result<(), Unwanted> {
        self.seeded.lines += 1;
        let bytes = line.message.len();
        match self.piece.runs.last_mut() {
            Some(run) => run.lines.push(line),
            None => self.piece.more.push(line),
        }
        self.grown(bytes)
    }

    fn grown(&mut self, bytes: usize) -> Result<(), Unwanted> {
        self.rows += 1;
        self.bytes += bytes;
        if self.rows >= ROWS || self.bytes >= BYTES { self.cut() } else { Ok(()) }
    }

    fn cut(&mut self) -> Result<(), Unwanted> {
        (self.rows, self.bytes) = (0, 0);
        if (self.give)(mem::take(&mut self.piece)) { Ok(()) } else { Err(Unwanted) }
    }

    fn finish(mut self) -> Result<Seeded, Unwanted> {
        self.cut()?;
        Ok(self.seeded)
    }
}

#[cfg(test)]
mod tests;
