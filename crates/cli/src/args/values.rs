//! The values of arguments.

use std::{str::FromStr, time::Duration};

use clap::{ValueEnum, builder::PossibleValuesParser};
use regex::Regex;
use txjobs_sdk::{Severity, Timestamp, paths, types::TriggerId};

/// Which outcomes count as failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Only failed runs and those with errors
    #[default]
    Errors,
    /// Also runs with warnings
    Warnings,
}

impl FailOn {
    pub(crate) fn warnings(self) -> bool {
        self == Self::Warnings
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum MinSeverity {
    #[default]
    Information,
    Warning,
    Error,
}

impl MinSeverity {
    /// Returns whether a line with this severity is shown. An unknown severity may be worse than an error, so it is never hidden.
    pub(crate) fn includes(self, severity: Severity) -> bool {
        match severity {
            Severity::Information => self == Self::Information,
            Severity::Warning => self <= Self::Warning,
            Severity::Error | Severity::Unknown(_) => true,
        }
    }
}

/// The run that an argument names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunArgument {
    /// The newest run, also if it is pending.
    Latest,
    Trigger(TriggerId),
}

impl FromStr for RunArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        let id = text.parse();
        id.map(Self::Trigger)
            .map_err(|_| "use the trigger id of a run, which is a GUID, or `latest`".to_owned())
    }
}

/// The beginning of a time span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Since {
    Ago(Duration),
    At(Timestamp),
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(duration) = parse_duration(text) {
            return Ok(Self::Ago(duration));
        }
        // A date and a time of the day without seconds are complete enough.
        let time = match text.len() {
            10 => format!("{text}T00:00:00Z").parse(),
            16 => format!("{text}:00Z").parse(),
            _ => text.parse(),
        };
        time.map(Self::At)
            .map_err(|_| "use a duration such as 15m, or a time such as 2026-07-01T04:00:00Z".to_owned())
    }
}

/// Parses a duration as `humantime` does, such as `1h30m`. A number without a unit is in seconds.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let duration = if is_number {
        text.parse().map(Duration::from_secs).map_err(|_| "the number is too large".to_owned())
    } else {
        humantime::parse_duration(text).map_err(|error| error.to_string())
    };
    match duration {
        Ok(Duration::ZERO) => Err("it must be longer than zero".to_owned()),
        Ok(duration) => Ok(duration),
        Err(problem) => Err(format!("use a duration such as 90s, 15m, 1h30m, or 1d ({problem})")),
    }
}

/// Parses an id.
pub(super) fn parse_id<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "use an id, which is a GUID".to_owned())
}

/// Parses a regular expression. Its size is bounded by the library.
pub(super) fn parse_pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| error.to_string())
}

/// Returns the names of the operations.
pub(super) fn operation_names() -> PossibleValuesParser {
    PossibleValuesParser::new(paths::ALL.iter().map(|operation| operation.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_with_or_without_units_is_parsed() {
        let seconds = |text| parse_duration(text).map(|duration| duration.as_secs_f64());
        let cases = [
            ("90", 90.0),
            (" 90 ", 90.0),
            ("90s", 90.0),
            ("15m", 900.0),
            ("2h", 7200.0),
            ("1h30m", 5400.0),
            ("1h 30m", 5400.0),
            ("1d", 86_400.0),
            ("500ms", 0.5),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn invalid_duration_is_refused_with_an_example() {
        for invalid in ["", " ", "s", "-5s", "5 apples", "ü", "99999999999999999999h", "99999999999999999999"]
        {
            let error = parse_duration(invalid).unwrap_err();
            assert!(error.contains("1h30m"), "{invalid}: {error}");
        }
        for zero in ["0", "0s", "0h 0m"] {
            assert!(parse_duration(zero).unwrap_err().contains("longer than zero"), "{zero}");
        }
    }
}
