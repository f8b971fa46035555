//! Keys that each kind of job has.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use regex::{Regex, RegexSet};
use toml::Spanned;

use crate::config::duration::ConfigDuration;
use crate::config::location::At;

pub(super) fn parse_completed(codes: Option<Spanned<Vec<i32>>>) -> Result<Vec<i32>> {
    match codes {
        Some(codes) => check_completed(codes.get_ref()).at(codes.span()).map(|()| codes.into_inner()),
        None => Ok(vec![0]),
    }
}

fn check_completed(codes: &[i32]) -> Result<()> {
    ensure!(!codes.is_empty(), "`completed` is empty, so that every run would fail. Name an exit code");
    Ok(())
}

pub(super) fn parse_timeout(timeout: Option<Spanned<ConfigDuration>>) -> Result<Option<Duration>> {
    timeout.map(|timeout| check_timeout(timeout.get_ref().0).at(timeout.span())).transpose()
}

fn check_timeout(timeout: Duration) -> Result<Duration> {
    ensure!(!timeout.is_zero(), "its `timeout` is zero. Remove it for a job without a timeout");
    Ok(timeout)
}

pub(super) fn parse_patterns(field: &str, patterns: Option<Vec<Spanned<String>>>) -> Result<RegexSet> {
    let patterns = patterns.unwrap_or_default();
    for pattern in &patterns {
        check_pattern(field, pattern.get_ref()).at(pattern.span())?;
    }
    RegexSet::new(patterns.iter().map(Spanned::get_ref)).with_context(|| format!("the patterns of `{field}`"))
}

fn check_pattern(field: &str, pattern: &str) -> Result<()> {
    Regex::new(pattern).map(drop).map_err(|error| {
        // The last line of several has the cause; the others show the pattern.
        let error = error.to_string();
        let cause = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        anyhow!("`{field}` has a pattern that is not a regular expression: {cause}")
    })
}
