//! Screens and their addresses. The URL fragment holds all state worth sharing in a link, but never the key.

use std::fmt;

use txjobs_sdk::types::{JobId, TriggerId};

use crate::model::{
    list_options::ListOptions,
    overview::{RunListOptions, TimelineOptions},
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
    /// When the runs of all jobs ran.
    Timeline(TimelineOptions),
    /// The newest runs of all jobs.
    Runs(RunListOptions),
    /// Manual API requests.
    Api,
    /// Connection and appearance.
    Settings,
    /// An address without a screen.
    Unknown,
}

impl Route {
    /// Parses the fragment of an address. Unknown parameters and values are ignored.
    pub fn parse(hash: &str) -> Self {
        let hash = hash.strip_prefix('#').unwrap_or(hash);
        let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let parsed = match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
            (None, ..) => Some(Self::Jobs(ListOptions::parse(query))),
            (Some("timeline"), None, ..) => Some(Self::Timeline(TimelineOptions::parse(query))),
            (Some("runs"), None, ..) => Some(Self::Runs(RunListOptions::parse(query))),
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

    /// Returns the screen without its filters. Two routes with the same screen differ only in filters.
    #[must_use]
    pub fn screen(self) -> Self {
        match self {
            Self::Jobs(_) => Self::Jobs(ListOptions::default()),
            Self::Timeline(_) => Self::Timeline(TimelineOptions::default()),
            Self::Runs(_) => Self::Runs(RunListOptions::default()),
            other => other,
        }
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
            Self::Timeline(options) => write!(f, "#/timeline{options}"),
            Self::Runs(options) => write!(f, "#/runs{options}"),
            Self::Api => f.write_str("#/api"),
            Self::Settings => f.write_str("#/settings"),
            Self::Unknown => f.write_str("#/"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::query::parameter;

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
            "#/timeline?span=7d&name=finance".to_owned(),
            "#/runs?state=failed&time=24h".to_owned(),
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
}
