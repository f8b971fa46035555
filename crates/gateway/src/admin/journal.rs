//! `/admin/journal`

use std::time::Duration;

use axum::Json;
use axum::extract::{Query, RawQuery, State};
use axum::http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::Admin;
use super::answer::{GREATEST, Problem};
use super::strict::whole_number;
use crate::contract::guid;
use crate::emulator::{Entry, Filter, Journal, Operation, Outcome};

const LIMIT: u64 = 1000;
const MOST: u64 = 10_000;
const LONGEST_WAIT: u64 = 5;

/// What is found.
#[derive(Debug, Serialize)]
pub struct Found {
    total: usize,
    entries: Vec<Entry>,
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    operation: Option<Operation>,
    job_id: Option<String>,
    trigger_id: Option<String>,
    status: Option<String>,
    outcome: Option<Outcome>,
    since: Option<String>,
    limit: Option<String>,
    at_least: Option<String>,
    wait: Option<String>,
}

pub(super) async fn search(
    State(admin): State<Admin>,
    RawQuery(query): RawQuery,
) -> Result<Json<Found>, Problem> {
    let search = Search::read(query.as_deref().unwrap_or_default())?;
    let filter = search.filter()?;
    let limit = number("limit", &search.limit, 1..=MOST)?.unwrap_or(LIMIT);
    let at_least = number("at_least", &search.at_least, 1..=MOST)?.unwrap_or(1);
    let wait = number("wait", &search.wait, 0..=LONGEST_WAIT)?.unwrap_or(0);

    let journal = &admin.emulator.journal;
    wait_until(journal, &filter, at_least as usize, Duration::from_secs(wait)).await?;
    let (total, entries) = journal.search(&filter, limit as usize);
    Ok(Json(Found { total, entries }))
}

/// Waits until `at_least` requests fit, or until the time-out.
async fn wait_until(
    journal: &Journal,
    filter: &Filter,
    at_least: usize,
    at_most: Duration,
) -> Result<(), Problem> {
    let mut changes = journal.changes();
    if at_most.is_zero() || journal.count(filter) >= at_least {
        return Ok(());
    }
    let Some(_permit) = journal.wait_permit() else {
        let said = "Too many searches of the journal wait already. Try again when one of them has ended.";
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, said));
    };
    let end = Instant::now() + at_most;
    while journal.count(filter) < at_least {
        if tokio::time::timeout_at(end, changes.changed()).await.is_err() {
            break;
        }
    }
    Ok(())
}

pub(super) async fn clear(State(admin): State<Admin>) -> StatusCode {
    admin.emulator.journal.clear();
    StatusCode::NO_CONTENT
}

/// Returns a number of the query within its bounds, if it is given.
fn number(
    name: &str,
    text: &Option<String>,
    bounds: std::ops::RangeInclusive<u64>,
) -> Result<Option<u64>, Problem> {
    let (first, last) = (bounds.start(), bounds.end());
    let read = |text: &String| whole_number(text).filter(|number| bounds.contains(number));
    let refused = || Problem::invalid(format!("{name} must be a whole number from {first} to {last}"));
    text.as_ref().map(|text| read(text).ok_or_else(refused)).transpose()
}

impl Search {
    fn read(query: &str) -> Result<Self, Problem> {
        let uri: Uri =
            format!("/?{query}").parse().map_err(|_| Problem::invalid("the query cannot be read"))?;
        let Query(search) = Query::try_from_uri(&uri).map_err(|rejection| {
            let cause = std::error::Error::source(&rejection).map(ToString::to_string);
            Problem::invalid(cause.unwrap_or_else(|| rejection.body_text()))
        })?;
        Ok(search)
    }

    fn filter(&self) -> Result<Filter, Problem> {
        let id = |name: &str, text: &Option<String>| -> Result<Option<Uuid>, Problem> {
            let text = text.as_deref();
            text.map(|text| guid(text).ok_or_else(|| Problem::invalid(format!("{name} must be an id"))))
                .transpose()
        };
        let status = number("status", &self.status, 100..=599)?;
        Ok(Filter {
            operation: self.operation,
            job_id: id("job_id", &self.job_id)?,
            trigger_id: id("trigger_id", &self.trigger_id)?,
            status: status.and_then(|status| u16::try_from(status).ok()),
            outcome: self.outcome,
            since: number("since", &self.since, 0..=GREATEST)?.unwrap_or_default(),
        })
    }
}
