//! Filter, order and selection of the job list, and their form in the address.

use std::fmt;

use txjobs_sdk::{JobStatusCode, types::JobId};

use crate::query::{decode, encode};

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

    /// Parses the query of an address. Unknown parameters and values are ignored.
    pub fn parse(query: &str) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;

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
