//! The schedule of a job.

use serde::Serialize;
use txjobs_sdk::types;
use txjobs_store::DeclaredSchedule;
use txjobs_store::time::{Micros, timestamp};
use uuid::Uuid;

use super::due_times::DueTimes;

/// What happens to due times at which a job could not start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CatchUp {
    /// One run starts for the latest one as soon as possible.
    #[default]
    Latest,
    /// They are skipped.
    None,
}

impl CatchUp {
    /// All values.
    pub const ALL: [Self; 2] = [Self::Latest, Self::None];

    /// Returns the value as the configuration writes it.
    pub fn label(self) -> Option<&'static str> {
        Some(match self {
            Self::Latest => "latest",
            Self::None => "none",
        })
    }
}

/// A job after which another one runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// When a job starts by itself: at due times, or after other jobs, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSchedule {
    /// The due times.
    pub due_times: Option<DueTimes>,
    /// What happens to due times at which the job could not start.
    pub catch_up: CatchUp,
    /// The jobs after which it runs.
    pub after: Vec<Upstream>,
}

/// What the store compares. A struct has its fields in this order in every build; the order of a JSON value depends on the features
/// of serde_json.
#[derive(Serialize)]
struct Definition<'a> {
    after: Vec<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    catch_up: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<&'a str>,
}

impl JobSchedule {
    /// Returns everything that decides when the job starts as text, so that nodes can compare it.
    pub fn definition(&self) -> String {
        let due_times = self.due_times.as_ref();
        let definition = Definition {
            after: self.after.iter().map(|upstream| upstream.id).collect(),
            catch_up: due_times.and_then(|_| self.catch_up.label()),
            schedule: due_times.map(|due_times| due_times.cron().to_string()),
            time_zone: due_times.map(DueTimes::zone_name),
        };
        serde_json::to_string(&definition).expect("texts serialize to JSON")
    }

    /// Returns the next due time after a moment.
    pub fn next_due_time(&self, after: Micros) -> Option<Micros> {
        self.due_times.as_ref()?.next_after(after)
    }

    /// Describes the schedule on one line, with the next due time after a moment.
    pub fn describe(&self, now: Micros) -> String {
        let due_times = self.due_times.as_ref().map(|due_times| match due_times.next_after(now) {
            Some(next) => format!("at {due_times}, next at {}", due_times.local_text(next)),
            None => format!("at {due_times}"),
        });
        let names: Vec<_> = self.after.iter().map(|upstream| format!("\"{}\"", upstream.name)).collect();
        let after = (!names.is_empty()).then(|| format!("after {}", names.join(", ")));
        due_times.into_iter().chain(after).collect::<Vec<_>>().join("; ")
    }

    /// Returns the first line of the log of a run that starts after other jobs.
    pub fn after_cause(&self) -> String {
        let names: Vec<_> = self.after.iter().map(|upstream| format!("\"{}\"", upstream.name)).collect();
        let names = match names.as_slice() {
            [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
            names => names.concat(),
        };
        format!("Started after {names} completed.")
    }

    /// Returns the schedule as the contract's type, with the next due time after a moment.
    pub fn to_contract(&self, now: Micros) -> types::JobSchedule {
        types::JobSchedule {
            cron: self.due_times.as_ref().map(|due_times| due_times.cron().to_string()),
            time_zone: self.due_times.as_ref().map(|due_times| due_times.zone_name().to_owned()),
            next_due_time: self.next_due_time(now).map(timestamp),
            after: self.after.iter().map(|upstream| upstream.name.clone()).collect(),
        }
    }
}

/// A job that has a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledJob {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The name of its organization.
    pub organization: String,
    /// Its schedule.
    pub schedule: JobSchedule,
    /// The definition of its schedule.
    pub definition: String,
}

impl ScheduledJob {
    /// Returns the schedule as the store needs it.
    pub fn declared(&self) -> DeclaredSchedule {
        let after = self.schedule.after.iter().map(|upstream| upstream.id).collect();
        DeclaredSchedule { job: self.id, definition: self.definition.clone(), after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_after_jobs_names_them() {
        let cause = |names: &[&str]| {
            let upstream = |name: &&str| Upstream { id: Uuid::nil(), name: (*name).to_owned() };
            let after = names.iter().map(upstream).collect();
            JobSchedule { due_times: None, catch_up: CatchUp::Latest, after }.after_cause()
        };
        assert_eq!(cause(&["a"]), "Started after \"a\" completed.");
        assert_eq!(cause(&["a", "b"]), "Started after \"a\" and \"b\" completed.");
        assert_eq!(cause(&["a", "b", "c"]), "Started after \"a\", \"b\" and \"c\" completed.");
    }
}
