//! The tables `[[notify]]`: who is told of which events.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use reqwest::Url;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::duration::ConfigDuration;
use super::event_label::EventLabel;
use super::location::At;
use super::model::{Job, Organization};
use super::notify_target::{EmailTable, WebhookTable};
use super::values::{checked, parse_all};
use crate::notify::{Channel, ChannelJob, EventKind, Filter, NotStarted, Target};
use crate::schedule::DueTimes;
use crate::suggestion::{advice, similar};

/// The most channels. Each has a task of its own.
const MAX_CHANNELS: usize = 100;

/// A channel that sends messages about events.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Notify", extend("oneOf" = [{ "required": ["webhook"] }, { "required": ["email"] }]))]
pub(super) struct NotifyTable {
    /// The name, unique in the file. A channel with another name is a new channel, and sends messages about later events only.
    #[schemars(with = "Option<String>", length(min = 1), extend("x-default" = "`\"Notification 1\"`, by its position in the file"))]
    name: Option<Spanned<String>>,
    /// The outcomes that cause a message. A canceled run counts as `"canceled"`, not as `"failed"`.
    #[schemars(extend("default" = EventKind::DEFAULT.map(EventKind::name)))]
    on: Option<Vec<EventLabel>>,
    /// The names of the jobs whose runs cause messages.
    #[schemars(with = "Option<Vec<String>>", length(min = 1), extend("x-default" = "all jobs"))]
    jobs: Option<Spanned<Vec<Spanned<String>>>>,
    /// The names of the organizations whose runs cause messages.
    #[schemars(with = "Option<Vec<String>>", length(min = 1), extend("x-default" = "all organizations"))]
    organizations: Option<Spanned<Vec<Spanned<String>>>>,
    /// Sends one message about a run that has been running for longer than this. Not with `[relay]`.
    #[schemars(with = "Option<ConfigDuration>")]
    slow: Option<Spanned<ConfigDuration>>,
    /// Sends a message about each job in `jobs` that has not started in time. Not with `[relay]`.
    #[schemars(with = "Option<NotStartedTable>")]
    not_started: Option<Spanned<NotStartedTable>>,
    /// Sends the message as a request.
    #[schemars(with = "Option<WebhookTable>", extend("x-default" = "none, with `email` only"))]
    webhook: Option<Spanned<WebhookTable>>,
    /// Sends the message as a mail.
    #[schemars(with = "Option<EmailTable>", extend("x-default" = "none, with `webhook` only"))]
    email: Option<Spanned<EmailTable>>,
}

/// When jobs should have started.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NotStarted")]
struct NotStartedTable {
    /// When it is checked, as a cron expression of five fields.
    #[schemars(with = "String")]
    check: Spanned<String>,
    /// The time zone of `check`.
    #[schemars(with = "Option<String>", extend("default" = "UTC"))]
    time_zone: Option<Spanned<String>>,
    /// The time before the check in which a run must have started.
    #[schemars(with = "ConfigDuration")]
    within: Spanned<ConfigDuration>,
}

/// What the tables are checked against.
pub(super) struct NotifyScope<'a> {
    /// Where relative paths of secrets start.
    pub directory: &'a Path,
    pub organizations: &'a [Organization],
    pub is_relay: bool,
    pub console_url: Option<&'a str>,
}

/// Checks the tables. Returns the channels in the order of the file.
///
/// # Errors
///
/// Fails if a setting is invalid. The error contains no secret.
pub(super) fn check_channels(
    tables: Vec<Spanned<NotifyTable>>,
    scope: &NotifyScope<'_>,
) -> Result<Vec<Channel>> {
    ensure!(tables.len() <= MAX_CHANNELS, "it has more than {MAX_CHANNELS} [[notify]]. Remove some");
    let mut channels: Vec<Channel> = Vec::with_capacity(tables.len());
    for (index, table) in tables.into_iter().enumerate() {
        let span = table.span();
        let table = table.into_inner();
        let name = match &table.name {
            Some(name) => checked(name, |name| {
                let is_line = !name.trim().is_empty() && !name.chars().any(char::is_control);
                ensure!(is_line, "a `name` of [[notify]] is empty or has a control character. Write a name");
                Ok(name.clone())
            })?,
            None => format!("Notification {}", index + 1),
        };
        ensure_unique(&name, &channels).at(table.name.as_ref().map_or(span.clone(), Spanned::span))?;
        let in_channel = || format!("the channel \"{name}\"");
        channels.push(table.check(name.clone(), scope).with_context(in_channel).at(span)?);
    }
    Ok(channels)
}

fn ensure_unique(name: &str, earlier: &[Channel]) -> Result<()> {
    ensure!(
        earlier.iter().all(|channel| channel.name != name),
        "two channels have the name \"{name}\". Give one of them another `name`"
    );
    Ok(())
}

impl NotifyTable {
    fn check(self, name: String, scope: &NotifyScope<'_>) -> Result<Channel> {
        let events = match self.on {
            None => EventKind::DEFAULT.to_vec(),
            Some(labels) => labels.into_iter().map(EventLabel::kind).collect(),
        };
        ensure!(
            !events.is_empty() || self.slow.is_some() || self.not_started.is_some(),
            "`on` is empty, so this channel would send nothing. Name an event, or add `slow` or `not_started`"
        );
        for (key, span) in [
            ("slow", self.slow.as_ref().map(Spanned::span)),
            ("not_started", self.not_started.as_ref().map(Spanned::span)),
        ] {
            if let Some(span) = span.filter(|_| scope.is_relay) {
                let error = "needs runs that this gateway executes itself, and a relay sees only those that have ended. Remove it";
                return Err(anyhow::anyhow!("`{key}` {error}")).at(span);
            }
        }
        let slow =
            self.slow.as_ref().map(|slow| checked(slow, |slow| positive("slow", *slow))).transpose()?;
        let organizations: Vec<_> = scope.organizations.iter().map(|other| other.name.as_str()).collect();
        let filter = Filter {
            organizations: names("organizations", self.organizations.as_ref(), Some(&organizations))?,
            jobs: None,
        };
        let known_jobs: Vec<_> = scope.selected(&filter).map(|(_, job)| job.name.as_str()).collect();
        let jobs = names("jobs", self.jobs.as_ref(), (!scope.is_relay).then_some(&*known_jobs))?;
        let filter = Filter { jobs, ..filter };
        let not_started = match &self.not_started {
            None => None,
            Some(table) => Some(checked(table, |table| {
                ensure!(
                    filter.jobs.is_some(),
                    "`not_started` needs `jobs`. Name the jobs that should have started"
                );
                scope.ensure_runs_are_kept(&filter, table.within.get_ref().0).context("`not_started`")?;
                table.check(scope.jobs(&filter).collect()).context("`not_started`")
            })?),
        };
        let target = match (self.webhook, self.email) {
            (Some(webhook), None) => Target::Webhook(Box::new(checked(&webhook, |table| {
                table.check(scope.directory).context("`webhook`")
            })?)),
            (None, Some(email)) => Target::Email(Box::new(checked(&email, |table| {
                table.check(scope.directory).context("`email`")
            })?)),
            (None, None) => bail!("it has neither `webhook` nor `email`. Add one of them"),
            (Some(_), Some(_)) => {
                bail!("it has `webhook` and `email`. Write a [[notify]] for each of them")
            }
        };
        let console_url = scope.console_url.map(str::to_owned);
        Ok(Channel { name, events, filter, slow, not_started, console_url, target })
    }
}

impl NotStartedTable {
    fn check(&self, jobs: Vec<ChannelJob>) -> Result<NotStarted> {
        let cron = checked(&self.check, |check| check.parse().context("`check`"))?;
        let due_times = match &self.time_zone {
            Some(zone) => checked(zone, |zone| DueTimes::new(cron, zone).context("`time_zone`"))?,
            None => DueTimes::new(cron, "UTC")?,
        };
        let within = checked(&self.within, |within| positive("within", *within))?;
        Ok(NotStarted { due_times, within, jobs })
    }
}

impl NotifyScope<'_> {
    fn jobs<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = ChannelJob> + 'a {
        self.selected(filter).map(|(organization, job)| ChannelJob {
            id: job.id,
            name: job.name.clone(),
            organization: organization.name.clone(),
        })
    }

    fn selected<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = (&'a Organization, &'a Job)> {
        let jobs = self.organizations.iter().flat_map(|o| o.jobs.iter().map(move |job| (o, job)));
        jobs.filter(|(organization, job)| filter.contains(&organization.name, &job.name))
    }

    /// Fails if a run that has started in this time may be deleted before somebody looks for it.
    fn ensure_runs_are_kept(&self, filter: &Filter, within: Duration) -> Result<()> {
        let is_deleted = |job: &Job| job.retention.keep_for.is_some_and(|time| time < within);
        match self.selected(filter).find(|(_, job)| is_deleted(job)) {
            Some((_, job)) => bail!(
                "the runs of {:?} are deleted before the time of `within` has passed. Raise `keep_for` of its `retention`",
                job.name
            ),
            None => Ok(()),
        }
    }
}

fn positive(key: &str, ConfigDuration(duration): ConfigDuration) -> Result<Duration> {
    ensure!(!duration.is_zero(), "`{key}` is zero. Write a duration like \"2h\"");
    Ok(duration)
}

/// Checks names against those of the file, if those are known.
fn names(
    key: &str,
    names: Option<&Spanned<Vec<Spanned<String>>>>,
    known: Option<&[&str]>,
) -> Result<Option<Vec<String>>> {
    let Some(names) = names else { return Ok(None) };
    let names = checked(names, |names| {
        ensure!(
            !names.is_empty(),
            "`{key}` is empty, so this channel would send nothing. Write a name, or remove `{key}`"
        );
        parse_all(names, |name| {
            if let Some(known) = known.filter(|known| !known.contains(&name)) {
                let similar = similar(name, known.iter().copied());
                let advice = advice(similar, "Write the name as it is declared");
                bail!("`{key}`: {name:?} is not in this file. {advice}");
            }
            Ok(name.to_owned())
        })
    })?;
    Ok(Some(names))
}

/// Checks the address of the console. Returns it without a slash at its end.
///
/// # Errors
///
/// Fails if it is not a URL of a page.
pub(super) fn check_console_url(text: &str) -> Result<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
    let is_plain = url.is_some_and(|url| {
        url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    ensure!(
        is_plain,
        "`console_url` = {text:?} is not the address of a console. Write it like \"https://console.example.com\", without `?` and `#`"
    );
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests;
