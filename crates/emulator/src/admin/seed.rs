//! `/admin/seed`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use txjobs_gateway::key;
use txjobs_sdk::ApiKey;
use txjobs_store::ErrorKind;

use super::error::AdminError;
use super::extract::{MAX_INTEGER, StrictJson};
use super::state::AdminState;
use crate::fixtures::{Fixture, MAX_EXECUTIONS, MAX_JOBS, MAX_LINES, Plan, SeedError};
use crate::validation::{ensure_within, not_null};

/// The organization to create.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct SeedRequest {
    number: u64,
    fixture: Fixture,
    #[serde(deserialize_with = "not_null")]
    organization: Option<String>,
    #[serde(deserialize_with = "not_null")]
    key: Option<String>,
    jobs: u32,
    executions: u32,
    longest_run: u32,
}

/// The organization that was created.
#[derive(Debug, Serialize)]
pub(super) struct SeedResult {
    organization: String,
    /// The key, which is shown only here.
    key: String,
    jobs: u64,
    executions: u64,
    lines: u64,
}

impl Default for SeedRequest {
    fn default() -> Self {
        Self {
            number: 1,
            fixture: Fixture::Warehouse,
            organization: None,
            key: None,
            jobs: 20,
            executions: 200,
            longest_run: 0,
        }
    }
}

pub(super) async fn handle(
    State(state): State<AdminState>,
    StrictJson(request): StrictJson<SeedRequest>,
) -> Result<(StatusCode, Json<SeedResult>), AdminError> {
    request.check().map_err(AdminError::invalid)?;
    let fixture = request.fixture;
    let organization =
        request.organization.unwrap_or_else(|| format!("Seed {} {}", fixture.name(), request.number));
    let key = match request.key {
        Some(key) => ApiKey::new(key).map_err(AdminError::invalid)?,
        None => key::generate().map_err(|error| {
            tracing::error!(%error, "no random bytes");
            let message = "The operating system provided no random bytes.";
            AdminError::new(StatusCode::SERVICE_UNAVAILABLE, message)
        })?,
    };
    let plan = Plan {
        number: request.number,
        fixture,
        organization: organization.clone(),
        jobs: request.jobs,
        executions: request.executions,
        longest_run: request.longest_run,
    };
    let (fixtures, now, hash) = (state.fixtures, state.app.clock.now(), key::hash(key.expose()));
    // In a separate task, so that a client that disconnects leaves no incomplete organization.
    let seeded = tokio::spawn(async move { crate::fixtures::seed(&fixtures, &plan, now, &hash).await }).await;
    let seeded = seeded.map_err(|panic| {
        tracing::error!(%panic, "the emulator's own code failed at an organization");
        let message = "The emulator failed at this request. Its log has the details.";
        AdminError::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    })?;
    let seeded = seeded.map_err(|error| seed_error(error, &organization))?;
    // With debug formatting, so that a hostile name is one line.
    tracing::info!(
        ?organization,
        jobs = seeded.jobs,
        executions = seeded.executions,
        lines = seeded.lines,
        "seeded"
    );
    let key = key.expose().to_owned();
    let result = SeedResult {
        organization,
        key,
        jobs: seeded.jobs,
        executions: seeded.executions,
        lines: seeded.lines,
    };
    Ok((StatusCode::CREATED, Json(result)))
}

impl SeedRequest {
    fn check(&self) -> Result<(), String> {
        let length = self.organization.as_ref().map(|name| name.chars().count());
        let is_key = |key: &String| {
            (16..=200).contains(&key.len())
                && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        };
        ensure_within("number", self.number <= MAX_INTEGER, &format!("from 0 to {MAX_INTEGER}"))?;
        ensure_within(
            "organization",
            length.is_none_or(|n| (1..=200).contains(&n)),
            "of 1 to 200 characters",
        )?;
        ensure_within("key", self.key.as_ref().is_none_or(is_key), "of 16 to 200 letters, digits, _ and -")?;
        ensure_within("jobs", (1..=MAX_JOBS).contains(&self.jobs), &format!("from 1 to {MAX_JOBS}"))?;
        ensure_within(
            "executions",
            self.executions <= MAX_EXECUTIONS,
            &format!("from 0 to {MAX_EXECUTIONS}"),
        )?;
        ensure_within("longestRun", self.longest_run <= MAX_LINES, &format!("from 0 to {MAX_LINES}"))?;
        let has_run = self.longest_run == 0 || self.executions > 0;
        ensure_within("longestRun", has_run, "0 if there are no executions")
    }
}

fn seed_error(error: SeedError, organization: &str) -> AdminError {
    match error {
        SeedError::NameTaken => AdminError::new(
            StatusCode::CONFLICT,
            format!(
                "There is already an organization {organization:?}. Reset first, or choose another name."
            ),
        ),
        SeedError::Store(error) if error.kind() == ErrorKind::Conflict => AdminError::new(
            StatusCode::CONFLICT,
            "Another organization has this key. Give this one another key.",
        ),
        SeedError::Store(error) => error.into(),
    }
}
