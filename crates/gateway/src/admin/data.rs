//! `/admin/reset` and `/admin/seed`

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use txjobs_sdk::ApiKey;

use super::Admin;
use super::answer::{Body, GREATEST, Problem};
use crate::emulator::{Profile, some, within};
use crate::key;
use crate::warehouse::{self, LONGEST_RUN, MOST_EXECUTIONS, MOST_JOBS, Plan, SeedError};
use txjobs_store::{CancelOutcome, ErrorKind};

/// How long what runs may take to end; a command has five seconds before it is killed.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);

/// What to make.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Seed {
    number: u64,
    profile: warehouse::Profile,
    #[serde(deserialize_with = "some")]
    organization: Option<String>,
    #[serde(deserialize_with = "some")]
    key: Option<String>,
    jobs: u32,
    executions: u32,
    longest_run: u32,
}

/// What was made.
#[derive(Debug, Serialize)]
pub struct Seeded {
    organization: String,
    /// Shown here and nowhere else.
    key: String,
    jobs: u64,
    executions: u64,
    lines: u64,
}

impl Default for Seed {
    fn default() -> Self {
        Self {
            number: 1,
            profile: warehouse::Profile::Warehouse,
            organization: None,
            key: None,
            jobs: 20,
            executions: 200,
            longest_run: 0,
        }
    }
}

pub(super) async fn reset(State(admin): State<Admin>) -> Result<StatusCode, Problem> {
    // First, so that nothing that ends waits for a clock that stands still.
    admin.put_in_force(Profile::default());
    admin.emulator.reset();
    let store = &admin.gateway.store;
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        for job in store.unfinished_jobs().await?.ids() {
            if let CancelOutcome::Requested(run) = store.cancel_run(job, admin.gateway.clock.now()).await? {
                admin.gateway.runner.cancel(&run);
            }
        }
        if store.reset().await? {
            // What clients asked meanwhile.
            admin.emulator.journal.clear();
            return Ok(StatusCode::NO_CONTENT);
        }
        tokio::time::sleep(GLANCE).await;
    }
    let said = "Something still runs although it was canceled; nothing was removed. Try again.";
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, said))
}

pub(super) async fn seed(
    State(admin): State<Admin>,
    Body(seed): Body<Seed>,
) -> Result<(StatusCode, Json<Seeded>), Problem> {
    seed.check().map_err(Problem::invalid)?;
    let profile = seed.profile;
    let organization =
        seed.organization.unwrap_or_else(|| format!("Seed {} {}", profile.name(), seed.number));
    let key = match seed.key {
        Some(key) => ApiKey::new(key).map_err(Problem::invalid)?,
        None => key::mint().map_err(|error| {
            tracing::error!(%error, "no random bytes");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The operating system gave no random bytes.")
        })?,
    };
    let plan = Plan {
        number: seed.number,
        profile,
        organization: organization.clone(),
        jobs: seed.jobs,
        executions: seed.executions,
        longest_run: seed.longest_run,
    };
    let (store, now, hash) =
        (admin.gateway.store.clone(), admin.gateway.clock.now(), key::hash(key.expose()));
    // A task of its own: a caller that does not wait leaves nothing half made.
    let made = tokio::spawn(async move { warehouse::seed(&store, &plan, now, &hash).await }).await;
    let made = made.map_err(|error| {
        tracing::error!(%error, "making an organization broke the gateway's own code");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "The gateway failed at this. Its log says more.")
    })?;
    let made = made.map_err(|error| refused(error, &organization))?;
    // As Rust writes a text: a hostile name stays one line.
    tracing::info!(
        ?organization,
        jobs = made.jobs,
        executions = made.executions,
        lines = made.lines,
        "seeded"
    );
    let key = key.expose().to_owned();
    let seeded =
        Seeded { organization, key, jobs: made.jobs, executions: made.executions, lines: made.lines };
    Ok((StatusCode::CREATED, Json(seeded)))
}

impl Seed {
    fn check(&self) -> Result<(), String> {
        let length = self.organization.as_ref().map(|name| name.chars().count());
        let is_key = |key: &String| {
            (16..=200).contains(&key.len())
                && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        };
        within("number", self.number <= GREATEST, &format!("from 0 to {GREATEST}"))?;
        within("organization", length.is_none_or(|n| (1..=200).contains(&n)), "of 1 to 200 characters")?;
        within("key", self.key.as_ref().is_none_or(is_key), "of 16 to 200 letters, digits, _ and -")?;
        within("jobs", (1..=MOST_JOBS).contains(&self.jobs), &format!("from 1 to {MOST_JOBS}"))?;
        within("executions", self.executions <= MOST_EXECUTIONS, &format!("from 0 to {MOST_EXECUTIONS}"))?;
        within("longestRun", self.longest_run <= LONGEST_RUN, &format!("from 0 to {LONGEST_RUN}"))?;
        let has_run = self.longest_run == 0 || self.executions > 0;
        within("longestRun", has_run, "0 where there are no executions")
    }
}

fn refused(error: SeedError, organization: &str) -> Problem {
    match error {
        SeedError::NameTaken => Problem::new(
            StatusCode::CONFLICT,
            format!(
                "There is an organization {organization:?} already. Reset first, or give this one another name."
            ),
        ),
        SeedError::Store(error) if error.kind() == ErrorKind::Conflict => {
            Problem::new(StatusCode::CONFLICT, "Another organization has this key. Give this one another.")
        }
        SeedError::Store(error) => error.into(),
    }
}
