//! Reads and checks the configuration file. Every error names the job and what to change.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use txjobs_sdk::paths;
use uuid::Uuid;

use super::declared_job::DeclaredJob;
use super::job_digest::JobDigest;
use super::key_header::parse_key_header;
use super::location::{At, with_line};
use super::model::{Config, Job, Organization};
use super::notify::{NotifyScope, NotifyTable, check_channels, check_console_url};
use super::relay::RelayTable;
use super::retention::{RetentionPolicy, RetentionTable};
use super::schedule::{UnresolvedJob, find_upstreams};
use super::toml_text::from_toml;
use super::values::checked;
use crate::node::parse_label;

/// The namespace of the job ids that are derived from names. A change would detach every job from its history.
const NAMESPACE: Uuid = Uuid::from_u128(0x8a1d_4c50_9f3e_4b7a_a6d2_5e0c_71b9_e384);

/// The configuration of txjobs-gateway.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "J: DeclaredJob")]
#[schemars(
    bound = "J: JsonSchema",
    extend("oneOf" = [{ "required": ["organization"] }, { "required": ["relay"] }])
)]
pub(super) struct File<J> {
    /// The request header with the API key. Headers that HTTP uses itself are refused. A change needs a restart.
    #[schemars(with = "Option<String>", extend("default" = paths::API_KEY_HEADER))]
    key_header: Option<Spanned<String>>,
    /// Which ended runs are kept.
    #[serde(default)]
    #[schemars(extend("x-default" = "everything is kept"))]
    retention: RetentionTable,
    /// A service to which the gateway passes requests on, instead of running jobs. A change needs a restart.
    #[schemars(with = "Option<RelayTable>")]
    relay: Option<Spanned<RelayTable>>,
    /// An organization. A file without `[relay]` has at least one.
    #[serde(default = "Vec::new")]
    #[schemars(
        default,with = "Vec<FileOrganization<J>>", length(min = 1), extend("x-default" = "none, with `[relay]` only"))]
    organization: Vec<Spanned<FileOrganization<J>>>,
    /// The address of the console, for links in notifications, like `"https://console.example.com"`.
    #[schemars(with = "Option<String>")]
    console_url: Option<Spanned<String>>,
    /// A channel that sends messages about events.
    #[serde(default)]
    #[schemars(default, with = "Vec<NotifyTable>", extend("x-default" = "none"))]
    notify: Vec<Spanned<NotifyTable>>,
}

/// An organization. Its keys give access to its own jobs only.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "J: DeclaredJob")]
#[schemars(bound = "J: JsonSchema", rename = "Organization")]
struct FileOrganization<J> {
    /// The name, unique in the file.
    #[schemars(length(min = 1))]
    name: String,
    /// A job.
    #[serde(default = "Vec::new")]
    #[schemars(default, with = "Vec<J>")]
    job: Vec<Spanned<J>>,
}

/// Reads and checks a configuration file.
///
/// # Errors
///
/// Fails if the file cannot be read or is invalid.
pub fn load<J: DeclaredJob>(path: &Path) -> Result<Config> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        anyhow!("The configuration {shown} cannot be read: {error}. Write this file, or name another one with --config.")
    })?;
    let directory = path.parent().unwrap_or(Path::new("")).to_owned();
    parse::<J>(&text, &directory).with_context(|| format!("The configuration {shown} is not valid"))
}

/// Checks a configuration. Its relative paths start at `directory`.
///
/// # Errors
///
/// Fails if the configuration is invalid. The error begins with the line and the column.
pub fn parse<J: DeclaredJob>(text: &str, directory: &Path) -> Result<Config> {
    check::<J>(text, directory).map_err(|error| with_line(error, text))
}

fn check<J: DeclaredJob>(text: &str, directory: &Path) -> Result<Config> {
    let file: File<J> = from_toml(text)?;
    let key_header = match file.key_header {
        Some(name) => parse_key_header("key_header", name.get_ref()).at(name.span())?,
        None => parse_key_header("key_header", paths::API_KEY_HEADER)?,
    };
    let retention = file.retention.policy(RetentionPolicy::default()).context("`retention`")?;
    let console_url =
        file.console_url.as_ref().map(|url| checked(url, |url| check_console_url(url))).transpose()?;
    let scope = |organizations, is_relay| NotifyScope {
        directory,
        organizations,
        is_relay,
        console_url: console_url.as_deref(),
    };
    if let Some(table) = file.relay {
        ensure!(
            file.organization.is_empty(),
            "it has `[relay]` and `[[organization]]`. A gateway either relays to a service or runs its own jobs. Use two gateways for both"
        );
        let span = table.span();
        let (name, relay) = table.into_inner().check(directory, &key_header).context("`relay`").at(span)?;
        let organizations = vec![Organization { name, jobs: Vec::new() }];
        let channels = check_channels(file.notify, &scope(&organizations, true))?;
        return Ok(Config { key_header, organizations, relay: Some(relay), retention, channels });
    }
    ensure!(
        !file.organization.is_empty(),
        "it declares no organization. Begin with [[organization]] and a name"
    );

    let mut organizations: Vec<Organization> = Vec::new();
    let mut names_by_id = HashMap::new();
    let digests = JobDigest::of_file(text)?;
    for (organization, digests) in file.organization.into_iter().zip(digests) {
        let span = organization.span();
        let FileOrganization { name, job: jobs } = organization.into_inner();
        check_organization(&name, &organizations).at(span)?;
        let jobs = jobs.into_iter().zip(digests).map(|(job, digest)| {
            let span = job.span();
            check_job(job.into_inner(), digest, &name, retention, directory, &mut names_by_id).at(span)
        });
        let (mut jobs, unresolved): (Vec<Job>, Vec<_>) =
            jobs.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        for (job, upstreams) in jobs.iter_mut().zip(find_upstreams(&name, &unresolved)?) {
            if let Some(schedule) = &mut job.schedule {
                schedule.after = upstreams;
            }
        }
        organizations.push(Organization { name, jobs });
    }
    let channels = check_channels(file.notify, &scope(&organizations, false))?;
    Ok(Config { key_header, organizations, relay: None, retention, channels })
}

fn check_organization(name: &str, earlier: &[Organization]) -> Result<()> {
    ensure!(!name.trim().is_empty(), "an organization has an empty name");
    ensure!(!name.contains('\0'), "the organization {name:?} has a zero character in its name. Remove it");
    ensure!(
        earlier.iter().all(|o| o.name != name),
        "the organization \"{name}\" is declared twice. Put its jobs under one [[organization]]"
    );
    Ok(())
}

fn check_job<J: DeclaredJob>(
    job: J,
    digest: JobDigest,
    organization: &str,
    defaults: RetentionPolicy,
    directory: &Path,
    names_by_id: &mut HashMap<Uuid, String>,
) -> Result<(Job, UnresolvedJob)> {
    let name = job.name().to_owned();
    ensure!(!name.trim().is_empty(), "a job of \"{organization}\" has an empty name");
    // PostgreSQL cannot store it, and it separates the names in an id.
    ensure!(
        !name.contains('\0'),
        "the job {name:?} of \"{organization}\" has a zero character in its name. Remove it"
    );
    let id =
        job.id().unwrap_or_else(|| Uuid::new_v5(&NAMESPACE, format!("{organization}\0{name}").as_bytes()));
    let runs_on = job.runs_on().to_vec();
    if let Some(problem) = runs_on.iter().find_map(|label| parse_label(label).err()) {
        bail!("the job \"{name}\" of \"{organization}\": `runs_on`: {problem}");
    }
    let in_job = || format!("the job \"{name}\" of \"{organization}\"");
    let retention = job.retention().policy(defaults).context("`retention`").with_context(in_job)?;
    let keys = job.schedule();
    let schedule = keys.check().with_context(in_job)?;
    let work = job.into_work(directory).with_context(in_job)?;
    if let Some(other) = names_by_id.insert(id, name.clone()) {
        ensure!(other != name, "two jobs of \"{organization}\" have the name \"{name}\". Rename one of them");
        bail!("the jobs \"{other}\" and \"{name}\" have the same id {id}. Give one of them another `id`");
    }
    let unresolved = UnresolvedJob { id, name: name.clone(), after: keys.after };
    Ok((Job { id, name, runs_on, retention, schedule, work, digest }, unresolved))
}

/// Returns the first job of a configuration.
#[cfg(test)]
pub(super) fn parse_first_job<J: DeclaredJob>(text: &str) -> J {
    let mut file: File<J> = toml::from_str(text).unwrap();
    file.organization.remove(0).into_inner().job.remove(0).into_inner()
}

#[cfg(test)]
mod tests;
