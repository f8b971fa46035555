//! The keys of a job that say when it starts by itself.

use std::borrow::Cow;
use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use uuid::Uuid;

use super::labels::deserialize_label;
use super::location::At;
use super::values::checked;
use crate::schedule::{CatchUp, DueTimes, JobSchedule, Upstream};
use crate::suggestion::{advice, similar};

/// The time zone of a job that names none.
const DEFAULT_TIME_ZONE: &str = "UTC";

/// The value of `catch_up`.
#[derive(Clone, Copy, Debug)]
pub struct CatchUpLabel(CatchUp);

impl<'de> Deserialize<'de> for CatchUpLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_label(deserializer, CatchUp::ALL.into_iter(), CatchUp::label).map(Self)
    }
}

impl JsonSchema for CatchUpLabel {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "CatchUp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": CatchUp::ALL.map(CatchUp::label) })
    }
}

/// The keys of a job about its schedule, as they are written in the file.
#[derive(Clone, Debug, Default)]
pub struct ScheduleKeys {
    /// The cron expression.
    pub schedule: Option<Spanned<String>>,
    /// The name of its time zone.
    pub time_zone: Option<Spanned<String>>,
    /// What happens to due times at which the job could not start.
    pub catch_up: Option<Spanned<CatchUpLabel>>,
    /// The names of the jobs after which it runs.
    pub after: Option<Spanned<Vec<Spanned<String>>>>,
}

impl ScheduleKeys {
    /// Checks everything but `after`, whose names are found when all jobs of the organization are known. Returns `None` if the job
    /// does not start by itself.
    ///
    /// # Errors
    ///
    /// Fails if a key is invalid.
    pub(super) fn check(&self) -> Result<Option<JobSchedule>> {
        if let Some(names) = &self.after {
            checked(names, |names| {
                ensure!(!names.is_empty(), "`after` is empty. Name a job, or remove `after`");
                Ok(())
            })?;
        }
        let Some(schedule) = &self.schedule else {
            for (name, span) in [
                ("time_zone", self.time_zone.as_ref().map(Spanned::span)),
                ("catch_up", self.catch_up.as_ref().map(Spanned::span)),
            ] {
                if let Some(span) = span {
                    let without =
                        || bail!("`{name}` is a setting of a `schedule`. Add one, or remove `{name}`");
                    without().at(span)?;
                }
            }
            let after_only = JobSchedule { due_times: None, catch_up: CatchUp::default(), after: Vec::new() };
            return Ok(self.after.is_some().then_some(after_only));
        };
        let cron = schedule.get_ref().parse().context("`schedule`").at(schedule.span())?;
        let due_times = match &self.time_zone {
            Some(zone) => DueTimes::new(cron, zone.get_ref()).context("`time_zone`").at(zone.span())?,
            None => DueTimes::new(cron, DEFAULT_TIME_ZONE)?,
        };
        let catch_up = self.catch_up.as_ref().map_or(CatchUp::default(), |catch_up| catch_up.get_ref().0);
        Ok(Some(JobSchedule { due_times: Some(due_times), catch_up, after: Vec::new() }))
    }
}

/// A job whose names in `after` are to be found.
#[derive(Debug)]
pub(super) struct UnresolvedJob {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The names of the jobs after which it runs.
    pub after: Option<Spanned<Vec<Spanned<String>>>>,
}

impl UnresolvedJob {
    fn names(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.after.iter().flat_map(Spanned::get_ref)
    }
}

/// Finds the jobs after which each job of an organization runs. Returns them in the order of the jobs.
///
/// # Errors
///
/// Fails if a name is unknown or ambiguous, or if jobs wait for each other.
pub(super) fn find_upstreams(organization: &str, jobs: &[UnresolvedJob]) -> Result<Vec<Vec<Upstream>>> {
    let mut found = Vec::with_capacity(jobs.len());
    for job in jobs {
        let mut upstreams: Vec<Upstream> = Vec::new();
        for name in job.names() {
            let in_job = || format!("the job \"{}\" of \"{organization}\": `after`", job.name);
            let upstream = find_upstream(job, name.get_ref(), jobs, &upstreams);
            upstreams.push(upstream.with_context(in_job).at(name.span())?);
        }
        found.push(upstreams);
    }
    ensure_no_cycle(organization, jobs, &found)?;
    Ok(found)
}

fn find_upstream(
    job: &UnresolvedJob,
    name: &str,
    jobs: &[UnresolvedJob],
    earlier: &[Upstream],
) -> Result<Upstream> {
    let mut named = jobs.iter().filter(|other| other.name == name);
    let Some(upstream) = named.next() else {
        let names = jobs.iter().filter(|other| other.id != job.id).map(|other| other.name.as_str());
        let advice = advice(similar(name, names), "Write the name of a job as it is declared");
        bail!("{name:?} is no job of this organization. {advice}");
    };
    ensure!(named.next().is_none(), "several jobs have the name {name:?}. Give each its own name");
    ensure!(upstream.id != job.id, "the job would run after itself. Remove {name:?}");
    ensure!(
        earlier.iter().all(|other| other.id != upstream.id),
        "{name:?} is named twice. Remove one of them"
    );
    Ok(Upstream { id: upstream.id, name: name.to_owned() })
}

/// Fails if jobs run after each other in a circle, which would never end.
fn ensure_no_cycle(organization: &str, jobs: &[UnresolvedJob], after: &[Vec<Upstream>]) -> Result<()> {
    let positions: HashMap<Uuid, usize> = jobs.iter().enumerate().map(|(n, job)| (job.id, n)).collect();
    // Removes jobs that wait for no remaining one, until none is left or the rest waits for each other.
    let mut waits_for: Vec<usize> = after.iter().map(Vec::len).collect();
    let mut downstream = vec![Vec::new(); jobs.len()];
    for (n, upstreams) in after.iter().enumerate() {
        upstreams.iter().for_each(|upstream| downstream[positions[&upstream.id]].push(n));
    }
    let mut free: Vec<usize> = (0..jobs.len()).filter(|n| waits_for[*n] == 0).collect();
    while let Some(n) = free.pop() {
        for &next in &downstream[n] {
            waits_for[next] -= 1;
            if waits_for[next] == 0 {
                free.push(next);
            }
        }
    }
    let Some(mut n) = (0..jobs.len()).find(|n| waits_for[*n] > 0) else { return Ok(()) };
    // Each remaining job waits for a remaining one, so this way up returns to a job.
    let mut path = Vec::new();
    while !path.contains(&n) {
        path.push(n);
        let upstream = after[n].iter().map(|upstream| positions[&upstream.id]).find(|n| waits_for[*n] > 0);
        let Some(upstream) = upstream else { return Ok(()) };
        n = upstream;
    }
    let start = path.iter().position(|other| *other == n).unwrap_or_default();
    let circle: Vec<_> = path[start..].iter().chain([&n]).map(|n| format!("\"{}\"", jobs[*n].name)).collect();
    let job = &jobs[n];
    let span = job.names().next().map(Spanned::span).unwrap_or_default();
    let circle = circle.join(" after ");
    let error = || {
        bail!(
            "the job \"{}\" of \"{organization}\": `after`: jobs run in a circle: {circle}. Remove one of the names",
            job.name
        )
    };
    error().at(span)
}
