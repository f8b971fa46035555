//! What the contract shows: the status of jobs, their executions, and the log lines.

use std::collections::HashMap;

use futures::TryStreamExt;
use sqlx::{Sqlite, SqliteConnection, Transaction};
use txjobs_sdk::{ExecutionState, JobStatusCode, Severity};
use uuid::Uuid;

use super::{Line, OrganisationId, Result, Store, StoredLine};
use crate::clock::Micros;
use crate::log_id;

/// An execution with its log lines.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Its id.
    pub id: Uuid,
    /// Its job.
    pub job: Uuid,
    /// What started it; the empty guid if nothing did through the API.
    pub trigger_id: Uuid,
    /// How far it is.
    pub state: ExecutionState,
    /// When it was picked up.
    pub created_at: Micros,
    /// When it ended.
    pub ended_at: Option<Micros>,
    /// Its lines, as far as they were asked for, in their order.
    pub lines: Vec<StoredLine>,
}

/// Which executions of a job, and which of their lines.
#[derive(Clone, Copy, Debug)]
pub enum Selection {
    /// The newest ones.
    Newest {
        /// At most so many.
        limit: Option<u32>,
        /// Whether they come with their lines.
        lines: bool,
    },
    /// Those of one trigger id.
    OfTrigger {
        /// The trigger id.
        trigger_id: Uuid,
        /// Only the lines after this one. If no execution has it, all lines: a client that drops what it already
        /// has then misses nothing.
        after: Option<Uuid>,
    },
}

type Row = (i64, Uuid, Uuid, i64, Micros, Option<Micros>);

impl Store {
    /// The status of every job of an organisation, in the order of the configuration.
    pub async fn statuses(&self, organisation: OrganisationId) -> Result<Vec<(Uuid, JobStatusCode)>> {
        let rows: Vec<(Uuid, Option<i64>)> = sqlx::query_as(
            "SELECT j.id, e.state FROM jobs j LEFT JOIN executions e ON e.job = j.id AND e.state < 2
             WHERE j.organisation = ? AND j.position IS NOT NULL ORDER BY j.position",
        )
        .bind(organisation)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(|(job, state)| (job, status(state))).collect())
    }

    /// The status of one job, if the organisation has it.
    pub async fn status(&self, organisation: OrganisationId, job: Uuid) -> Result<Option<JobStatusCode>> {
        let row: Option<(Option<i64>,)> = sqlx::query_as(
            "SELECT e.state FROM jobs j LEFT JOIN executions e ON e.job = j.id AND e.state < 2
             WHERE j.id = ? AND j.organisation = ? AND j.position IS NOT NULL",
        )
        .bind(job)
        .bind(organisation)
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.map(|(state,)| status(state)))
    }

    /// Executions of a job, oldest first: two queries in one snapshot, however many executions there are.
    pub async fn executions(&self, job: Uuid, selection: Selection) -> Result<Vec<Execution>> {
        let mut tx = self.readers.begin().await?;
        let rows = select_executions(&mut tx, job, selection).await?;
        let mut places = HashMap::with_capacity(rows.len());
        let mut executions = Vec::with_capacity(rows.len());
        for (number, id, trigger_id, state, created_at, ended_at) in rows {
            places.insert(number, executions.len());
            let (state, lines) = (ExecutionState::from(state), Vec::new());
            executions.push(Execution { id, job, trigger_id, state, created_at, ended_at, lines });
        }
        if executions.is_empty() || matches!(selection, Selection::Newest { lines: false, .. }) {
            return Ok(executions);
        }

        let skip = match selection {
            Selection::OfTrigger { after: Some(after), .. } => executions
                .iter()
                .enumerate()
                .find_map(|(place, e)| Some((place, log_id::decode(e.id, after)?))),
            _ => None,
        };
        // The usual case, one execution: the query begins behind the lines that the client has.
        let from = match skip {
            Some((_, seq)) if executions.len() == 1 => seq,
            _ => 0,
        };
        each_line(&mut tx, job, selection, from, |number, line| {
            let Some(&place) = places.get(&number) else { return };
            if skip.is_none_or(|(skipped, seq)| place != skipped || line.seq > seq) {
                executions[place].lines.push(line);
            }
        })
        .await?;
        Ok(executions)
    }
}

fn status(unfinished: Option<i64>) -> JobStatusCode {
    match unfinished.map(ExecutionState::from) {
        None => JobStatusCode::Idle,
        Some(ExecutionState::Created) => JobStatusCode::Pending,
        Some(_) => JobStatusCode::Running,
    }
}

// A negative limit is SQLite's "all of them".
fn limit_of(limit: Option<u32>) -> i64 {
    limit.map_or(-1, i64::from)
}

async fn select_executions(
    tx: &mut Transaction<'_, Sqlite>,
    job: Uuid,
    selection: Selection,
) -> Result<Vec<Row>> {
    match selection {
        Selection::Newest { limit, .. } => {
            let mut rows: Vec<Row> = sqlx::query_as(
                "SELECT number, id, trigger_id, state, created_at, ended_at FROM executions
                 WHERE job = ? AND created_at IS NOT NULL ORDER BY number DESC LIMIT ?",
            )
            .bind(job)
            .bind(limit_of(limit))
            .fetch_all(&mut **tx)
            .await?;
            rows.reverse();
            Ok(rows)
        }
        Selection::OfTrigger { trigger_id, .. } => {
            sqlx::query_as(
                "SELECT number, id, trigger_id, state, created_at, ended_at FROM executions
                 WHERE trigger_id = ? AND job = ? AND created_at IS NOT NULL ORDER BY number",
            )
            .bind(trigger_id)
            .bind(job)
            .fetch_all(&mut **tx)
            .await
        }
    }
}

/// Hands over the selection's lines one by one, in the order of the index; nothing is collected here.
async fn each_line(
    connection: &mut SqliteConnection,
    job: Uuid,
    selection: Selection,
    from: i64,
    mut take: impl FnMut(i64, StoredLine),
) -> Result<()> {
    type LineRow = (i64, i64, Micros, i64, String);
    let query = match selection {
        Selection::Newest { limit, .. } => sqlx::query_as::<_, LineRow>(
            "SELECT execution, seq, time, severity, message FROM lines WHERE execution IN
                 (SELECT number FROM executions WHERE job = ? AND created_at IS NOT NULL
                  ORDER BY number DESC LIMIT ?)
             ORDER BY execution, seq",
        )
        .bind(job)
        .bind(limit_of(limit)),
        Selection::OfTrigger { trigger_id, .. } => sqlx::query_as::<_, LineRow>(
            "SELECT execution, seq, time, severity, message FROM lines WHERE execution IN
                 (SELECT number FROM executions WHERE trigger_id = ? AND job = ? AND created_at IS NOT NULL)
             AND seq > ? ORDER BY execution, seq",
        )
        .bind(trigger_id)
        .bind(job)
        .bind(from),
    };
    let mut rows = query.fetch(connection);
    while let Some((execution, seq, time, severity, message)) = rows.try_next().await? {
        let line = Line { time, severity: Severity::from(severity), message };
        take(execution, StoredLine { seq, line });
    }
    Ok(())
}
