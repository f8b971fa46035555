//! The values of the fields of a cron expression. The parser's errors do not say which one is wrong.

use std::ops::RangeInclusive;

use anyhow::{Result, bail, ensure};

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// A field of the expression.
struct Field {
    /// What its values are, for a sentence.
    name: &'static str,
    range: RangeInclusive<u32>,
    /// The names that its values can have.
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", range: 0..=59, names: &[] },
    Field { name: "hour", range: 0..=23, names: &[] },
    Field { name: "day of the month", range: 1..=31, names: &[] },
    Field { name: "month", range: 1..=12, names: MONTHS },
    Field { name: "day of the week", range: 0..=7, names: DAYS },
];

/// Checks the numbers and names of an expression of five fields.
///
/// # Errors
///
/// Fails if a number is out of range, a name is none, or a step is longer than the range.
pub(super) fn check_values(expression: &str) -> Result<()> {
    for (field, text) in FIELDS.iter().zip(expression.split(' ')) {
        for element in text.split(',') {
            let (values, step) = element.split_once('/').unwrap_or((element, ""));
            values.split('-').try_for_each(|value| field.check(value))?;
            field.check_step(step)?;
        }
    }
    Ok(())
}

impl Field {
    /// Refuses a step that would be due at the first value only: `*/90` is not every 90 minutes.
    fn check_step(&self, step: &str) -> Result<()> {
        let Self { name, range, .. } = self;
        let count = range.end() - range.start() + 1;
        let is_number = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        ensure!(
            !is_number || step.parse().is_ok_and(|step: u32| step <= count),
            "the step {step} of the {name} is longer than its range, {} to {}",
            range.start(),
            range.end()
        );
        Ok(())
    }

    fn check(&self, value: &str) -> Result<()> {
        let Self { name, range, names } = self;
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            ensure!(
                value.parse().is_ok_and(|value| range.contains(&value)),
                "the {name} {value} is not from {} to {}",
                range.start(),
                range.end()
            );
        }
        // One letter, or `LW`, is a sign.
        let is_name = value.len() > 2 && value.chars().all(char::is_alphabetic);
        if !is_name || names.iter().any(|known| known.eq_ignore_ascii_case(value)) {
            return Ok(());
        }
        let meant = names.iter().find(|known| value.get(..3).is_some_and(|v| v.eq_ignore_ascii_case(known)));
        match meant {
            Some(meant) => bail!("{value:?} is not a name of a {name}. Write {meant}"),
            None => bail!("{value:?} is not a number or a name of this field, the {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_value_is_named_with_its_field() {
        for (expression, expected) in [
            ("60 2 * * *", "the minute 60 is not from 0 to 59"),
            ("0 25 * * *", "the hour 25 is not from 0 to 23"),
            ("0 8-24/2 * * *", "the hour 24 is not from 0 to 23"),
            ("*/90 * * * *", "the step 90 of the minute is longer than its range, 0 to 59"),
            ("0 0-23/36 * * *", "the step 36 of the hour is longer than its range, 0 to 23"),
            ("0 2 0 * *", "the day of the month 0 is not from 1 to 31"),
            ("0 2 1,32 * *", "the day of the month 32 is not from 1 to 31"),
            ("0 2 * 13 *", "the month 13 is not from 1 to 12"),
            ("0 2 * * 8", "the day of the week 8 is not from 0 to 7"),
            ("0 2 * * 99999999999", "the day of the week 99999999999 is not from 0 to 7"),
            ("0 2 * * monday", "\"monday\" is not a name of a day of the week. Write MON"),
            ("0 2 * * MON-friday", "\"friday\" is not a name of a day of the week. Write FRI"),
            ("0 2 * sept *", "\"sept\" is not a name of a month. Write SEP"),
            ("0 noon * * *", "\"noon\" is not a number or a name of this field, the hour"),
            ("0 2 * * lør", "\"lør\" is not a number or a name of this field, the day of the week"),
        ] {
            assert_eq!(check_values(expression).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn valid_values_are_accepted() {
        for expression in [
            "*/15 8-17 * * MON-FRI",
            "59 23 31 12 7",
            "0 0 L * *",
            "0 0 LW * *",
            "0 0 15W jan,Dec *",
            "0 0 ? * MON#2",
            "0 0 * * 5L",
            "*/60 */24 */31 */12 */7",
            "0 0 * * sun",
        ] {
            check_values(expression).unwrap();
        }
    }
}
