//! `/admin/journal`

use std::time::Duration;

use axum::Json;
use axum::extract::{Query, RawQuery, State};
use axum::http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use txjobs_gateway::api::parse_id;
use uuid::Uuid;

use super::error::AdminError;
use super::extract::MAX_INTEGER;
use super::state::AdminState;
use super::strict::parse_whole_number;
use crate::journal::{Entry, Filter, Journal, MAX_ENTRIES, Outcome};
use crate::operation::Operation;

/// The number of entries in a response, unless the request limits it.
const DEFAULT_LIMIT: u64 = 1000;
const MAX_LIMIT: u64 = MAX_ENTRIES as u64;
/// The longest wait for requests, in seconds.
const MAX_WAIT: u64 = 5;

/// The result of a search.
#[derive(Debug, Serialize)]
pub(super) struct SearchResult {
    total: usize,
    entries: Vec<Entry>,
}

/// The parameters of a search.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
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
    State(state): State<AdminState>,
    RawQuery(query): RawQuery,
) -> Result<Json<SearchResult>, AdminError> {
    let search = Search::parse(query.as_deref().unwrap_or_default())?;
    let filter = search.filter()?;
    let limit = number("limit", &search.limit, 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let at_least = number("at_least", &search.at_least, 1..=MAX_LIMIT)?.unwrap_or(1);
    let wait = number("wait", &search.wait, 0..=MAX_WAIT)?.unwrap_or(0);

    let journal = &state.emulator.journal;
    wait_until(journal, &filter, at_least as usize, Duration::from_secs(wait)).await?;
    let (total, entries) = journal.search(&filter, limit as usize);
    Ok(Json(SearchResult { total, entries }))
}

/// Waits until the filter selects `at_least` requests, or until the timeout.
async fn wait_until(
    journal: &Journal,
    filter: &Filter,
    at_least: usize,
    timeout: Duration,
) -> Result<(), AdminError> {
    let mut changes = journal.changes();
    if timeout.is_zero() || journal.count(filter) >= at_least {
        return Ok(());
    }
    let Some(_permit) = journal.wait_permit() else {
        let message = "Too many searches of the journal wait already. Try again when one of them has ended.";
        return Err(AdminError::new(StatusCode::TOO_MANY_REQUESTS, message));
    };
    let end = Instant::now() + timeout;
    while journal.count(filter) < at_least {
        if tokio::time::timeout_at(end, changes.changed()).await.is_err() {
            break;
        }
    }
    Ok(())
}

pub(super) async fn clear(State(state): State<AdminState>) -> StatusCode {
    state.emulator.journal.clear();
    StatusCode::NO_CONTENT
}

/// Parses a number of the query, if it is present.
fn number(
    name: &str,
    text: &Option<String>,
    bounds: std::ops::RangeInclusive<u64>,
) -> Result<Option<u64>, AdminError> {
    let (first, last) = (bounds.start(), bounds.end());
    let parse = |text: &String| parse_whole_number(text).filter(|number| bounds.contains(number));
    let invalid = || AdminError::invalid(format!("{name} must be a whole number from {first} to {last}"));
    text.as_ref().map(|text| parse(text).ok_or_else(invalid)).transpose()
}

impl Search {
    fn parse(query: &str) -> Result<Self, AdminError> {
        let uri: Uri =
            format!("/?{query}").parse().map_err(|_| AdminError::invalid("the query cannot be read"))?;
        let Query(search) = Query::try_from_uri(&uri).map_err(|rejection| {
            let cause = std::error::Error::source(&rejection).map(ToString::to_string);
            AdminError::invalid(cause.unwrap_or_else(|| rejection.body_text()))
        })?;
        Ok(search)
    }

    fn filter(&self) -> Result<Filter, AdminError> {
        let id = |name: &str, text: &Option<String>| -> Result<Option<Uuid>, AdminError> {
            let text = text.as_deref();
            text.map(|text| {
                parse_id(text).ok_or_else(|| AdminError::invalid(format!("{name} must be an id")))
            })
            .transpose()
        };
        let status = number("status", &self.status, 100..=599)?;
        Ok(Filter {
            operation: self.operation,
            job_id: id("job_id", &self.job_id)?,
            trigger_id: id("trigger_id", &self.trigger_id)?,
            status: status.and_then(|status| u16::try_from(status).ok()),
            outcome: self.outcome,
            since: number("since", &self.since, 0..=MAX_INTEGER)?.unwrap_or_default(),
        })
    }
}
