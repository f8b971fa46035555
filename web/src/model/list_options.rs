//! Filter, order, and selection of the job list, and their encoding in the URL query.

use std::fmt;

use txjobs_sdk::{JobStatusCode, types::JobId};

use crate::{
    model::query::{decode, encode},
    text::t,
};

/// Filter, order, and selection of the job list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOptions {
    /// Shows jobs whose name contains this text, ignoring case.
    pub name: String,
    /// Shows jobs with this status.
    pub status: Option<JobStatusCode>,
    /// Shows jobs whose last run has this outcome.
    pub outcome: Option<Outcome>,
    /// The column that the list is sorted by.
    pub sort: Column,
    pub is_descending: bool,
    /// The selected jobs, at most [`MAX_SELECTED`].
    pub selected: Vec<JobId>,
}

/// The maximum number of selected jobs. Limits a bulk run, and the length of the URL.
pub const MAX_SELECTED: usize = 100;

/// A sortable column of the job list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    #[default]
    Name,
    Status,
    LastRun,
    Duration,
    NextRun,
    Warnings,
    Errors,
}

/// Outcome of a job's last run, as a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Completed,
    CompletedWithWarnings,
    CompletedWithErrors,
    Failed,
    NeverRan,
}

impl Column {
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::Status,
        Self::LastRun,
        Self::Duration,
        Self::NextRun,
        Self::Warnings,
        Self::Errors,
    ];

    /// Returns the value of the query parameter.
    pub const fn query_value(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Status => "status",
            Self::LastRun => "last-run",
            Self::Duration => "duration",
            Self::NextRun => "next-run",
            Self::Warnings => "warnings",
            Self::Errors => "errors",
        }
    }

    /// Returns whether sorting by this column requires the histories of all jobs.
    pub const fn is_from_history(self) -> bool {
        !matches!(self, Self::Name | Self::Status | Self::NextRun)
    }
}

impl Outcome {
    pub const ALL: [Self; 5] = [
        Self::Failed,
        Self::CompletedWithErrors,
        Self::CompletedWithWarnings,
        Self::Completed,
        Self::NeverRan,
    ];

    /// Returns the value of the query parameter.
    pub const fn query_value(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::CompletedWithWarnings => "warnings",
            Self::CompletedWithErrors => "errors",
            Self::Failed => "failed",
            Self::NeverRan => "never",
        }
    }

    /// Returns the text on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Completed => t("completed"),
            Self::CompletedWithWarnings => t("completed with warnings"),
            Self::CompletedWithErrors => t("completed with errors"),
            Self::Failed => t("failed"),
            Self::NeverRan => t("never ran"),
        }
    }
}

impl ListOptions {
    /// Returns whether a filter is set.
    pub fn is_filtered(&self) -> bool {
        !self.name.trim().is_empty() || self.status.is_some() || self.outcome.is_some()
    }

    /// Returns whether the list depends on the histories of all jobs.
    pub fn is_history_required(&self) -> bool {
        self.outcome.is_some() || self.sort.is_from_history()
    }

    /// Returns whether the list depends on the statuses of all jobs.
    pub fn is_status_required(&self) -> bool {
        self.status.is_some() || self.sort == Column::Status
    }

    /// Returns the same order and selection without filters.
    #[must_use]
    pub fn without_filters(&self) -> Self {
        let selected = self.selected.clone();
        Self { sort: self.sort, is_descending: self.is_descending, selected, ..Self::default() }
    }

    /// Returns the options after a click on a column header. If the list is sorted by this column, reverses the order.
    /// Otherwise sorts by this column. Times and counts start with the greatest value, because users look for the latest run and
    /// the most errors.
    #[must_use]
    pub fn with_sort_clicked(&self, column: Column) -> Self {
        let is_descending = if self.sort == column { !self.is_descending } else { column.is_from_history() };
        Self { sort: column, is_descending, ..self.clone() }
    }

    /// Returns the same filter and order without the selection.
    #[must_use]
    pub fn without_selection(&self) -> Self {
        Self { selected: Vec::new(), ..self.clone() }
    }

    /// Returns the options with this job's selection toggled. Does not add a job if
    /// [`MAX_SELECTED`] jobs are selected.
    #[must_use]
    pub fn with_selection_toggled(&self, job: JobId) -> Self {
        let mut selected = self.selected.clone();
        match selected.iter().position(|other| *other == job) {
            Some(index) => drop(selected.remove(index)),
            None if selected.len() < MAX_SELECTED => selected.push(job),
            None => {}
        }
        Self { selected, ..self.clone() }
    }

    /// Parses a URL query without its leading `?`. Ignores unknown parameters and values.
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
                // The outcome of the last run.
                "last" => options.outcome = Outcome::ALL.into_iter().find(|o| o.query_value() == value),
                "sort" => {
                    let name = value.strip_prefix('-').unwrap_or(&value);
                    if let Some(column) = Column::ALL.into_iter().find(|column| column.query_value() == name)
                    {
                        (options.sort, options.is_descending) = (column, value.starts_with('-'));
                    }
                }
                "selected" => {
                    for id in value.split(',').filter_map(|id| id.parse().ok()) {
                        if options.selected.len() < MAX_SELECTED && !options.selected.contains(&id) {
                            options.selected.push(id);
                        }
                    }
                }
                _ => {}
            }
        }
        options
    }
}

impl fmt::Display for ListOptions {
    /// Writes the URL query with its leading `?`. Writes nothing for the default options.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = '?';
        let mut write_pair = |key: &str, value: &str| {
            let result = write!(f, "{separator}{key}={value}");
            separator = '&';
            result
        };
        if !self.name.is_empty() {
            write_pair("name", &encode(&self.name))?;
        }
        if let Some(label) = self.status.and_then(JobStatusCode::label) {
            write_pair("status", label)?;
        }
        if let Some(outcome) = self.outcome {
            write_pair("last", outcome.query_value())?;
        }
        match (self.sort, self.is_descending) {
            (Column::Name, false) => {}
            (column, false) => write_pair("sort", column.query_value())?,
            (column, true) => write_pair("sort", &format!("-{}", column.query_value()))?,
        }
        if !self.selected.is_empty() {
            let ids: Vec<_> = self.selected.iter().map(ToString::to_string).collect();
            write_pair("selected", &ids.join(","))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toggled_job_beyond_the_maximum_is_not_selected() {
        let id = |n: usize| format!("00000000-0000-0000-0000-{n:012}").parse().unwrap();
        let all = (0..MAX_SELECTED + 5)
            .fold(ListOptions::default(), |options, n| options.with_selection_toggled(id(n)));
        assert_eq!(all.selected.len(), MAX_SELECTED);
        assert_eq!(all.with_selection_toggled(id(7)).selected.len(), MAX_SELECTED - 1);
    }

    #[test]
    fn parse_ignores_invalid_and_repeated_values() {
        let id = "00000000-0000-0000-0000-000000000001";
        assert_eq!(ListOptions::parse("selected=x,,").selected, []);
        assert_eq!(ListOptions::parse(&format!("selected={id},{id}")).selected, [id.parse().unwrap()]);
        assert_eq!(ListOptions::parse("sort=-bogus"), ListOptions::default());
        assert_eq!(ListOptions::parse("sort=--errors"), ListOptions::default());
    }

    #[test]
    fn reference_lists_all_values_of_sort_and_last() {
        let reference = include_str!("../../../docs/reference/console.md");
        let row = |parameter: &str| {
            let start = format!("| `{parameter}` | ");
            let row = reference.lines().find(|line| line.starts_with(&start)).unwrap();
            row.split('`').skip(1).step_by(2).skip(1).map(str::to_owned).collect::<Vec<_>>()
        };
        let mut columns = Column::ALL.map(|column| column.query_value().to_owned()).to_vec();
        columns.push("-".to_owned());
        assert_eq!(row("sort"), columns);
        let mut outcomes = row("last");
        let mut expected = Outcome::ALL.map(|outcome| outcome.query_value().to_owned()).to_vec();
        outcomes.sort_unstable();
        expected.sort_unstable();
        assert_eq!(outcomes, expected);
    }

    #[test]
    fn second_click_on_a_column_reverses_the_order() {
        let errors = ListOptions::default().with_sort_clicked(Column::Errors);
        assert!(errors.is_descending);
        assert!(!errors.with_sort_clicked(Column::Errors).is_descending);
        let by_name = errors.with_sort_clicked(Column::Name);
        assert_eq!((by_name.sort, by_name.is_descending), (Column::Name, false));
    }
}
