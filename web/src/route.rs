//! Screens and their addresses. The URL fragment holds all state worth sharing in a link, but never the key.

use std::fmt::{self, Write};

use txjobs_sdk::{
    JobStatusCode,
    types::{JobId, TriggerId},
};

/// A screen. `Display` writes the link to it.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    /// All jobs, filtered and sorted.
    Jobs(ListOptions),
    /// One job with its history.
    Job(JobId),
    /// One run: `run` is its trigger id, or its execution id if the application started it.
    Run { job: JobId, run: TriggerId },
    /// Manual API requests.
    Api,
    /// Connection and appearance.
    Settings,
    /// An address without a screen.
    Unknown,
}

/// Filter, order and selection of the job list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOptions {
    /// Shows jobs whose name contains this text, ignoring case.
    pub name: String,
    /// Shows jobs with this status.
    pub status: Option<JobStatusCode>,
    /// Shows jobs whose last run has this outcome.
    pub outcome: Option<Outcome>,
    /// The column that sorts the list.
    pub sort: Column,
    /// Whether the greatest value comes first.
    pub descending: bool,
    /// The selected jobs, at most [`MAX_SELECTED`].
    pub selected: Vec<JobId>,
}

/// Maximum number of selected jobs. It bounds a bulk run and the length of the address.
pub const MAX_SELECTED: usize = 100;

/// A sortable column of the job list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    #[default]
    Name,
    Status,
    LastRun,
    Duration,
    Warnings,
    Errors,
}

/// Outcome of a job's last run, as a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Completed,
    Warnings,
    Errors,
    Failed,
    Never,
}

impl Column {
    pub const ALL: [Self; 6] =
        [Self::Name, Self::Status, Self::LastRun, Self::Duration, Self::Warnings, Self::Errors];

    /// Returns the value in the address.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Status => "status",
            Self::LastRun => "last-run",
            Self::Duration => "duration",
            Self::Warnings => "warnings",
            Self::Errors => "errors",
        }
    }

    /// Whether sorting by this column requires the job histories.
    pub const fn needs_history(self) -> bool {
        !matches!(self, Self::Name | Self::Status)
    }
}

impl Outcome {
    pub const ALL: [Self; 5] = [Self::Failed, Self::Errors, Self::Warnings, Self::Completed, Self::Never];

    /// Returns the value in the address.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Warnings => "warnings",
            Self::Errors => "errors",
            Self::Failed => "failed",
            Self::Never => "never",
        }
    }

    /// Returns the text on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Warnings => "completed with warnings",
            Self::Errors => "completed with errors",
            Self::Failed => "failed",
            Self::Never => "never ran",
        }
    }
}

impl ListOptions {
    /// Whether a filter is set.
    pub fn is_filtered(&self) -> bool {
        !self.name.trim().is_empty() || self.status.is_some() || self.outcome.is_some()
    }

    /// Whether the list depends on the histories of all jobs.
    pub fn needs_history(&self) -> bool {
        self.outcome.is_some() || self.sort.needs_history()
    }

    /// Whether the list depends on the statuses of all jobs.
    pub fn needs_status(&self) -> bool {
        self.status.is_some() || self.sort == Column::Status
    }

    /// Returns the same order and selection without filters.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        let selected = self.selected.clone();
        Self { sort: self.sort, descending: self.descending, selected, ..Self::default() }
    }

    /// Returns the options after a click on a column header: sorts by the column, or reverses the order if it is
    /// already sorted by it. Times and counts start with the greatest value, because users look for the latest run and
    /// the most errors.
    #[must_use]
    pub fn sorted_by(&self, column: Column) -> Self {
        let descending = if self.sort == column { !self.descending } else { column.needs_history() };
        Self { sort: column, descending, ..self.clone() }
    }

    /// Returns the same filter and order without the selection.
    #[must_use]
    pub fn unselected(&self) -> Self {
        Self { selected: Vec::new(), ..self.clone() }
    }

    /// Returns the options with this job's selection toggled. A full selection takes no more jobs.
    #[must_use]
    pub fn toggled(&self, job: JobId) -> Self {
        let mut selected = self.selected.clone();
        match selected.iter().position(|other| *other == job) {
            Some(at) => drop(selected.remove(at)),
            None if selected.len() < MAX_SELECTED => selected.push(job),
            None => {}
        }
        Self { selected, ..self.clone() }
    }

    fn parse(query: &str) -> Self {
        let mut options = Self::default();
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value);
            match key {
                "name" => options.name = value,
                "status" => {
                    options.status =
                        JobStatusCode::ALL.iter().copied().find(|s| s.label() == Some(value.as_str()));
                }
                "last" => options.outcome = Outcome::ALL.into_iter().find(|o| o.slug() == value),
                "sort" => {
                    options.descending = value.starts_with('-');
                    let slug = value.trim_start_matches('-');
                    options.sort = Column::ALL.into_iter().find(|c| c.slug() == slug).unwrap_or_default();
                }
                "selected" => {
                    let ids = value.split(',').filter_map(|id| id.parse().ok());
                    options.selected = ids.take(MAX_SELECTED).collect();
                }
                _ => {}
            }
        }
        options
    }
}

impl Route {
    /// Parses the fragment of an address. Unknown parameters and values are ignored.
    pub fn parse(hash: &str) -> Self {
        let hash = hash.strip_prefix('#').unwrap_or(hash);
        let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let parsed = match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
            (None, ..) => Some(Self::Jobs(ListOptions::parse(query))),
            (Some("api"), None, ..) => Some(Self::Api),
            (Some("settings"), None, ..) => Some(Self::Settings),
            (Some("jobs"), Some(job), None, ..) => job.parse().ok().map(Self::Job),
            (Some("jobs"), Some(job), Some("runs"), Some(run), None) => match (job.parse(), run.parse()) {
                (Ok(job), Ok(run)) => Some(Self::Run { job, run }),
                _ => None,
            },
            _ => None,
        };
        parsed.unwrap_or(Self::Unknown)
    }

    /// Whether both routes are the same screen, regardless of filters.
    pub fn is_same_screen(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Jobs(_), Self::Jobs(_))) || self == other
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jobs(options) => {
                f.write_str("#/")?;
                options.fmt(f)
            }
            Self::Job(job) => write!(f, "#/jobs/{job}"),
            Self::Run { job, run } => write!(f, "#/jobs/{job}/runs/{run}"),
            Self::Api => f.write_str("#/api"),
            Self::Settings => f.write_str("#/settings"),
            Self::Unknown => f.write_str("#/"),
        }
    }
}

impl fmt::Display for ListOptions {
    /// Writes the query of the address; nothing for the default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sign = '?';
        let mut pair = |key: &str, value: &str| {
            let written = write!(f, "{sign}{key}={value}");
            sign = '&';
            written
        };
        if !self.name.is_empty() {
            pair("name", &encode(&self.name))?;
        }
        if let Some(label) = self.status.and_then(JobStatusCode::label) {
            pair("status", label)?;
        }
        if let Some(outcome) = self.outcome {
            pair("last", outcome.slug())?;
        }
        match (self.sort, self.descending) {
            (Column::Name, false) => {}
            (column, false) => pair("sort", column.slug())?,
            (column, true) => pair("sort", &format!("-{}", column.slug()))?,
        }
        let mut key = "selected=";
        for job in &self.selected {
            write!(f, "{sign}{key}{job}")?;
            (sign, key) = (',', "");
        }
        Ok(())
    }
}

/// Returns a query parameter of the address fragment. Screens use such parameters for a position within the screen.
pub fn parameter(hash: &str, name: &str) -> Option<String> {
    let (_, query) = hash.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| decode(value)).next()
}

/// Percent-encodes everything but unreserved characters.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte as char);
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Decodes the text of [`encode`]. Invalid sequences stay unchanged.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        let hex = |b: &u8| (*b as char).to_digit(16).map(|n| n as u8);
        match (first, after) {
            (b'%', [high, low, after @ ..]) if hex(high).is_some() && hex(low).is_some() => {
                bytes.push(hex(high).unwrap_or_default() << 4 | hex(low).unwrap_or_default());
                rest = after;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
    const RUN: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";

    #[test]
    fn link_of_every_screen_parses_to_the_same_screen() {
        for link in [
            "#/".to_owned(),
            "#/?name=finance&status=running&last=failed&sort=-duration".to_owned(),
            "#/?sort=-name".to_owned(),
            format!("#/jobs/{JOB}"),
            format!("#/jobs/{JOB}/runs/{RUN}"),
            "#/api".to_owned(),
            "#/settings".to_owned(),
            format!("#/?name=a&selected={JOB},{RUN}"),
            format!("#/?selected={JOB}"),
        ] {
            assert_eq!(Route::parse(&link).to_string(), link);
        }
    }

    #[test]
    fn invalid_address_is_unknown() {
        for hash in
            ["#/nowhere", "#/jobs", "#/jobs/7", "#/jobs/%", "#/settings/x", &format!("#/jobs/{JOB}/runs/x")]
        {
            assert_eq!(Route::parse(hash), Route::Unknown, "{hash}");
        }
        assert_eq!(Route::parse(""), Route::Jobs(ListOptions::default()));
        assert_eq!(Route::parse("#"), Route::Jobs(ListOptions::default()));
    }

    #[test]
    fn special_characters_in_a_name_survive_the_address() {
        for name in ["a b&c=d", "100 %", "#/?", "Größe", "مهمة", "a+b"] {
            let route = Route::Jobs(ListOptions { name: name.to_owned(), ..ListOptions::default() });
            assert_eq!(Route::parse(&route.to_string()), route, "{name}");
        }
        assert_eq!(decode("%zz%4"), "%zz%4");
    }

    #[test]
    fn query_parameter_does_not_change_the_screen() {
        let link = format!("#/jobs/{JOB}/runs/{RUN}");
        let link_with_line = format!("{link}?x=1&line=4-7");
        assert_eq!(Route::parse(&link_with_line), Route::parse(&link));
        assert_eq!(parameter(&link_with_line, "line").as_deref(), Some("4-7"));
        assert_eq!((parameter(&link_with_line, "y"), parameter(&link, "line")), (None, None));
    }

    #[test]
    fn unknown_filter_is_ignored() {
        assert_eq!(Route::parse("#/?status=odd&last=x&sort=y&z"), Route::Jobs(ListOptions::default()));
    }

    #[test]
    fn selection_stops_at_the_maximum() {
        let id = |n: usize| format!("00000000-0000-0000-0000-{n:012}").parse().unwrap();
        let all = (0..MAX_SELECTED + 5).fold(ListOptions::default(), |options, n| options.toggled(id(n)));
        assert_eq!(all.selected.len(), MAX_SELECTED);
        assert_eq!(all.toggled(id(7)).selected.len(), MAX_SELECTED - 1);
        assert_eq!(ListOptions::parse("selected=x,,").selected, []);
    }

    #[test]
    fn second_click_on_a_column_reverses_the_order() {
        let errors = ListOptions::default().sorted_by(Column::Errors);
        assert!(errors.descending);
        assert!(!errors.sorted_by(Column::Errors).descending);
        let by_name = errors.sorted_by(Column::Name);
        assert_eq!((by_name.sort, by_name.descending), (Column::Name, false));
    }
}
