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
use crate::contract::guid;
use crate::emulator::{Entry, Filter, Operation, Outcome};

const LIMIT: u32 = 1000;
const MOST: u32 = 10_000;
const LONGEST_WAIT: u32 = 5;

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
    status: Option<u16>,
    outcome: Option<Outcome>,
    since: Option<u64>,
    limit: Option<u32>,
    at_least: Option<u32>,
    wait: Option<u32>,
}

pub(super) async fn search(
    State(admin): State<Admin>,
    RawQuery(query): RawQuery,
) -> Result<Json<Found>, Problem> {
    let search = Search::read(query.as_deref().unwrap_or_default())?;
    let filter = search.filter()?;
    let within = |name: &str, number: Option<u32>, usual: u32, bounds: std::ops::RangeInclusive<u32>| {
        let number = number.unwrap_or(usual);
        let (first, last) = (bounds.start(), bounds.end());
        match bounds.contains(&number) {
            true => Ok(number),
            false => Err(Problem::invalid(format!("{name} must be from {first} to {last}"))),
        }
    };
    let limit = within("limit", search.limit, LIMIT, 1..=MOST)? as usize;
    let at_least = within("at_least", search.at_least, 1, 1..=MOST)? as usize;
    let wait = within("wait", search.wait, 0, 0..=LONGEST_WAIT)?;

    let journal = &admin.emulator.journal;
    let mut changes = journal.changes();
    let end = Instant::now() + Duration::from_secs(u64::from(wait));
    loop {
        changes.mark_unchanged();
        let (total, entries) = journal.search(&filter, limit);
        let is_over = total >= at_least || tokio::time::timeout_at(end, changes.changed()).await.is_err();
        if is_over {
            return Ok(Json(Found { total, entries }));
        }
    }
}

pub(super) async fn clear(State(admin): State<Admin>) -> StatusCode {
    admin.emulator.journal.clear();
    StatusCode::NO_CONTENT
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
        if self.since.is_some_and(|since| since > GREATEST) {
            return Err(Problem::invalid(format!("since must be from 0 to {GREATEST}")));
        }
        if self.status.is_some_and(|status| !(100..=599).contains(&status)) {
            return Err(Problem::invalid("status must be from 100 to 599"));
        }
        Ok(Filter {
            operation: self.operation,
            job_id: id("job_id", &self.job_id)?,
            trigger_id: id("trigger_id", &self.trigger_id)?,
            status: self.status,
            outcome: self.outcome,
            since: self.since.unwrap_or_default(),
        })
    }
}
