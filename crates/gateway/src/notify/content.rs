//! What a notification says.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use txjobs_sdk::Starter;
use txjobs_store::time::Micros;
use txjobs_store::{LogSummary, NotifiedRun};
use uuid::Uuid;

use super::channel::{Channel, ChannelJob, NotStarted};
use super::event::EventKind;
use super::template::Variable;
use super::title;

/// The most characters of the first error.
const MAX_ERROR_LENGTH: usize = 1000;

/// The values of a notification. This is also the JSON document of a webhook without `body`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
// Another version may have stored it.
#[serde(default)]
pub struct Content {
    /// A sentence about the event.
    pub title: String,
    /// The kind of the event.
    pub event: String,
    /// Identifies the event. It is the same in a repetition.
    pub event_id: String,
    /// The name of the organization.
    pub organization: String,
    /// The name of the job.
    pub job: String,
    /// The id of the job.
    pub job_id: String,
    /// The state of the run.
    pub state: String,
    /// What started the run.
    pub started_by: String,
    /// The trigger id of the run.
    pub trigger_id: String,
    /// The id of the execution.
    pub execution_id: String,
    /// When the run started.
    pub started: String,
    /// When the run ended.
    pub ended: String,
    /// How long it took, or how long it is running.
    pub duration: String,
    /// The number of warnings in the log.
    pub warnings: i64,
    /// The number of errors in the log.
    pub errors: i64,
    /// The text of the first error in the log.
    pub first_error: String,
    /// The address of a page about the run in the system where its work runs.
    pub link: String,
    /// The address of the run in the console.
    pub console_link: String,
}

impl Content {
    /// The names of all values.
    pub const VARIABLES: &[Variable] = &[
        Variable("title"),
        Variable("event"),
        Variable("event_id"),
        Variable("organization"),
        Variable("job"),
        Variable("job_id"),
        Variable("state"),
        Variable("started_by"),
        Variable("trigger_id"),
        Variable("execution_id"),
        Variable("started"),
        Variable("ended"),
        Variable("duration"),
        Variable("warnings"),
        Variable("errors"),
        Variable("first_error"),
        Variable("link"),
        Variable("console_link"),
    ];

    /// Returns what is said about the end of a run.
    pub fn of_end(channel: &Channel, run: &NotifiedRun, kind: EventKind, log: &LogSummary) -> Self {
        let ended_at = run.ended_at.unwrap_or(run.created_at);
        let content = Self::of_run(channel, run, ended_at, log);
        Self {
            title: title::of_end(&run.job_name, kind, &content.duration),
            event: kind.name().to_owned(),
            event_id: format!("ended:{}", run.id),
            ended: time_text(ended_at),
            ..content
        }
    }

    /// Returns what is said about a run that takes longer than this.
    pub fn of_slow(
        channel: &Channel,
        run: &NotifiedRun,
        limit: Duration,
        now: Micros,
        log: &LogSummary,
    ) -> Self {
        Self {
            title: title::of_slow(&run.job_name, &title::duration_text(limit)),
            event: EventKind::Slow.name().to_owned(),
            event_id: Self::slow_event_id(run.id),
            ..Self::of_run(channel, run, now, log)
        }
    }

    /// Returns what identifies that a run takes too long.
    pub fn slow_event_id(execution: Uuid) -> String {
        format!("slow:{execution}")
    }

    /// Returns what is said about a job that has not started.
    pub fn of_not_started(
        channel: &Channel,
        job: &ChannelJob,
        not_started: &NotStarted,
        due_time: Micros,
    ) -> Self {
        let due = not_started.due_times.local_text(due_time);
        let within = title::duration_text(not_started.within);
        Self {
            title: title::of_not_started(&job.name, &within, &due),
            event: EventKind::NotStarted.name().to_owned(),
            event_id: format!("not_started:{}:{}", job.id, time_text(due_time)),
            organization: job.organization.clone(),
            job: job.name.clone(),
            job_id: job.id.to_string(),
            console_link: channel.console_link(job.id, None),
            ..Self::default()
        }
    }

    /// Returns what a test of a channel says. Its values are those of no run. Each text says that it is a test, because a template may
    /// contain any of them. None is empty that a run always has: services require some.
    pub fn of_test(channel: &str, now: Micros) -> Self {
        Self {
            title: title::of_test(channel),
            event: EventKind::Test.name().to_owned(),
            event_id: format!("test:{}", time_text(now)),
            organization: "Test (no organization)".to_owned(),
            job: "Test (no job)".to_owned(),
            job_id: Uuid::nil().to_string(),
            state: EventKind::Test.name().to_owned(),
            started_by: EventKind::Test.name().to_owned(),
            trigger_id: Uuid::nil().to_string(),
            execution_id: Uuid::nil().to_string(),
            started: time_text(now.saturating_sub(41_000_000)),
            ended: time_text(now),
            duration: "41s".to_owned(),
            warnings: 0,
            errors: 0,
            first_error: "This is a test. No job has failed.".to_owned(),
            link: String::new(),
            console_link: String::new(),
        }
    }

    fn of_run(channel: &Channel, run: &NotifiedRun, until: Micros, log: &LogSummary) -> Self {
        let duration = Duration::from_micros(u64::try_from(until - run.created_at).unwrap_or_default());
        let followed = if run.trigger_id.is_nil() { run.id } else { run.trigger_id };
        let trigger_id = (!run.trigger_id.is_nil()).then(|| run.trigger_id.to_string());
        Self {
            organization: run.organization.clone(),
            job: run.job_name.clone(),
            job_id: run.job.to_string(),
            state: run.state.to_string(),
            started_by: run.starter.and_then(Starter::label).unwrap_or_default().to_owned(),
            trigger_id: trigger_id.unwrap_or_default(),
            execution_id: run.id.to_string(),
            started: time_text(run.created_at),
            duration: title::duration_text(duration),
            warnings: log.warnings,
            errors: log.errors,
            first_error: title::shortened(log.first_error.as_deref().unwrap_or_default(), MAX_ERROR_LENGTH),
            link: run.link.clone().unwrap_or_default(),
            console_link: channel.console_link(run.job, Some(followed)),
            ..Self::default()
        }
    }

    /// Returns the values as a JSON object.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Returns each value as text, by its name.
    pub fn values(&self) -> impl Fn(Variable) -> Cow<'static, str> + use<> {
        let document = self.to_json();
        move |variable| match &document[variable.0] {
            Value::String(text) => Cow::Owned(text.clone()),
            value => Cow::Owned(value.to_string()),
        }
    }
}

/// Returns a time as RFC 3339 writes it, in UTC and without fractions of a second.
fn time_text(time: Micros) -> String {
    let time = Timestamp::from_second(time.div_euclid(1_000_000));
    time.map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_the_document_is_a_variable() {
        let document = Content::of_test("Data team", 1_700_000_000_000_000).to_json();
        let mut names: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
        let mut variables: Vec<&str> = Content::VARIABLES.iter().map(|variable| variable.0).collect();
        names.sort_unstable();
        variables.sort_unstable();
        assert_eq!(names, variables);
        assert_eq!(document["started"], "2023-11-14T22:12:39Z");
        let values = Content::of_test("Data team", 0).values();
        assert_eq!((values(Variable("errors")), values(Variable("event"))), ("0".into(), "test".into()));
    }

    #[test]
    fn every_text_of_a_test_says_that_it_is_one() {
        let values = Content::of_test("Data team", 1_700_000_000_000_000).values();
        assert_eq!(values(Variable("title")), "Test of the notification channel \"Data team\"");
        for name in
            ["title", "event", "event_id", "organization", "job", "state", "started_by", "first_error"]
        {
            let value = values(Variable(name));
            assert!(value.to_lowercase().contains("test"), "{name}: {value}");
        }
    }
}
