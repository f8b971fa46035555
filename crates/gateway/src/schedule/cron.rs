//! Cron expressions of five fields.

use std::cmp::Ordering;
use std::fmt::{self, Debug, Display, Formatter};
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail, ensure};
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::{CivilDate, CivilDateTime, CivilTime, Cron, CronDateTime, Resolution, Weekday};
use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::cron_fields::check_values;

const HOURS_PER_DAY: usize = 24;

/// The names of frequent expressions.
const NICKNAMES: [(&str, &str); 6] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// A cron expression of five fields: minute, hour, day of the month, month, and day of the week.
#[derive(Clone, PartialEq, Eq)]
pub struct CronExpression {
    text: String,
    /// Shared, because it has a byte for each year.
    cron: Arc<Cron>,
}

impl CronExpression {
    /// Returns whether the expression is one of intervals, which name no hours: its hours are `*`, a step of `*`, or all of the
    /// day.
    pub(super) fn is_interval(&self) -> bool {
        let hours = self.text.split(' ').nth(1).unwrap_or_default();
        hours.contains('*') || self.cron.pattern.hours.values().len() == HOURS_PER_DAY
    }

    /// Returns the first local time after this one, or at it. `None`: there is none in a calendar.
    pub(super) fn next(&self, after: DateTime, is_inclusive: bool) -> Option<DateTime> {
        self.cron.find_next_occurrence(&LocalTime(after), is_inclusive).ok().map(|time| time.0)
    }
}

impl FromStr for CronExpression {
    type Err = anyhow::Error;

    /// Parses the expression, or the nickname of one.
    fn from_str(text: &str) -> Result<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let text = match fields.as_slice() {
            [nickname] if nickname.starts_with('@') => {
                let found = NICKNAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(nickname));
                let Some((_, expression)) = found else {
                    let names = NICKNAMES.map(|(name, _)| name).join(", ");
                    bail!("{nickname:?} is not one of: {names}");
                };
                (*expression).to_owned()
            }
            fields => fields.join(" "),
        };
        ensure!(
            text.split(' ').count() == 5 && !text.is_empty(),
            "{text:?} has {} field{}. Write five: minute, hour, day of the month, month, day of the week, like \"0 2 * * *\"",
            fields.len(),
            if fields.len() == 1 { "" } else { "s" }
        );
        // The parser ignores an empty element of a list.
        ensure!(
            text.split([' ', ',']).all(|element| !element.is_empty()),
            "{text:?} has an empty element in a list. Write it like \"0,30 2 * * *\""
        );
        // The parser takes a nickname within an expression as a part of a field.
        ensure!(!text.contains('@'), "{text:?} has a nickname within an expression. Write one of them");
        let not_cron = |cause: String| {
            anyhow!(
                "{text:?} is not a cron expression: {cause}. Write it like \"0 2 * * *\" or \"*/15 8-17 * * MON-FRI\""
            )
        };
        check_values(&text).map_err(|error| not_cron(error.to_string()))?;
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(&text).map_err(|error| not_cron(cause(&error)))?;
        let expression = Self { text, cron: Arc::new(cron) };
        // A leap day on a day of the week comes within 40 years.
        let never = expression.next(DateTime::constant(2000, 1, 1, 0, 0, 0, 0), true).is_none();
        ensure!(
            !never,
            "{:?} is never due: no year has such a date. Change the day or the month",
            expression.text
        );
        Ok(expression)
    }
}

/// Returns the cause of an error without a name of the crate's types.
fn cause(error: &CronError) -> String {
    let text = match error {
        CronError::InvalidPattern(cause)
        | CronError::IllegalCharacters(cause)
        | CronError::ComponentError(cause) => cause.clone(),
        other => other.to_string(),
    };
    text.trim_end_matches('.').replace("CronPattern contains", "it has the")
}

impl Debug for CronExpression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CronExpression({:?})", self.text)
    }
}

impl Display for CronExpression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A local time without a time zone, which the search for the next one goes through.
#[derive(Clone, Copy)]
struct LocalTime(DateTime);

impl CronDateTime for LocalTime {
    fn to_civil(&self) -> CivilDateTime {
        let unsigned = |part: i8| u32::try_from(part).unwrap_or_default();
        let date =
            CivilDate::from_ymd_opt(self.0.year().into(), unsigned(self.0.month()), unsigned(self.0.day()));
        let time = CivilTime::from_hms_opt(
            unsigned(self.0.hour()),
            unsigned(self.0.minute()),
            unsigned(self.0.second()),
        );
        CivilDateTime::new(date.expect("a date of a calendar"), time.expect("a time of a day"))
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(
            u32::try_from(self.0.weekday().to_sunday_zero_offset()).unwrap_or_default(),
        )
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let part = |part: u32| i8::try_from(part).map_err(|_| CronError::InvalidDate);
        let year = i16::try_from(civil.year()).map_err(|_| CronError::InvalidDate)?;
        let (month, day) = (part(civil.month())?, part(civil.day())?);
        let (hour, minute, second) = (part(civil.hour())?, part(civil.minute())?, part(civil.second())?);
        let time = DateTime::new(year, month, day, hour, minute, second, 0);
        time.map(|time| Resolution::Single(Self(time))).map_err(|_| CronError::InvalidDate)
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0.checked_add(SignedDuration::from_secs(seconds)).ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
