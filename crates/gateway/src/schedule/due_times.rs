//! The due times of a cron expression in a time zone.

use std::fmt::{self, Debug, Display, Formatter};

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use txjobs_store::time::Micros;

use super::cron::CronExpression;
use super::time_zone::find_zone;

/// The most due times of a range that are counted.
const MAX_COUNT: usize = 1000;
/// The ranges before a time in which the latest due time is searched, in microseconds: an hour, a day, a month, ten years, and
/// fifty years, in which a leap day falls on each day of the week.
const RANGES: [Micros; 5] =
    [3_600_000_000, 86_400_000_000, 2_678_400_000_000, 315_576_000_000_000, 1_577_880_000_000_000];

/// The due times of a cron expression in a time zone.
///
/// An expression whose hours are `*` or a step of it is one of intervals: its due times are the moments whose local time matches.
/// Local times that a change of the clocks skips are not due, and repeated ones are due twice, so that `*/15 * * * *` is due every
/// 15 minutes. Every other expression names times of the day: a skipped one is due when the clocks have been put forward, and a
/// repeated one is due the first time only.
#[derive(Clone, PartialEq, Eq)]
pub struct DueTimes {
    cron: CronExpression,
    zone: TimeZone,
    zone_name: String,
}

/// The due times between two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueRange {
    /// The latest one.
    pub latest: Micros,
    /// The number of earlier ones, at most 1,000.
    pub earlier: u64,
}

impl DueTimes {
    /// Creates the due times of an expression in a time zone of the IANA database.
    ///
    /// # Errors
    ///
    /// Fails if there is no such time zone.
    pub fn new(cron: CronExpression, zone: &str) -> Result<Self> {
        let (zone, zone_name) = find_zone(zone)?;
        Ok(Self { cron, zone, zone_name })
    }

    /// Returns the expression.
    pub fn cron(&self) -> &CronExpression {
        &self.cron
    }

    /// Returns the name of the time zone.
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// Returns the first due time after this one. `None`: there is none in a calendar.
    pub fn next_after(&self, time: Micros) -> Option<Micros> {
        let after = Timestamp::from_microsecond(time).ok()?;
        let next = match self.cron.is_interval() {
            true => self.next_of_intervals(after),
            false => self.next_of_times(after),
        };
        next.map(Timestamp::as_microsecond)
    }

    /// Searches from one change of the clocks to the next, between which local time passes like every other time.
    fn next_of_intervals(&self, after: Timestamp) -> Option<Timestamp> {
        let (mut start, mut is_inclusive) = (after, false);
        loop {
            let offset = self.zone.to_offset(start);
            let change = self.zone.following(start).next().map(|change| change.timestamp());
            let local = self.cron.next(offset.to_datetime(start), is_inclusive)?;
            let next = offset.to_timestamp(local).ok()?;
            match change {
                Some(change) if change <= next => (start, is_inclusive) = (change, true),
                _ => return Some(next),
            }
        }
    }

    fn next_of_times(&self, after: Timestamp) -> Option<Timestamp> {
        let mut local = self.zone.to_datetime(after);
        loop {
            local = self.cron.next(local, false)?;
            let due = self.due_at(local)?;
            // Earlier if `after` is in the repetition of local times, or right after skipped ones.
            if due > after {
                return Some(due);
            }
        }
    }

    /// Returns when a time of the day is due.
    fn due_at(&self, local: DateTime) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        if !ambiguous.is_ambiguous() {
            return ambiguous.unambiguous().ok();
        }
        // For a repeated local time the first one. For a skipped one a moment before the change of the clocks.
        let first = ambiguous.earlier().ok()?;
        match self.zone.to_datetime(first) == local {
            true => Some(first),
            false => self.zone.following(first).next().map(|change| change.timestamp()),
        }
    }

    /// Returns the due times after one moment, until and including another one.
    pub fn between(&self, after: Micros, until: Micros) -> Option<DueRange> {
        let mut due = std::iter::successors(self.next_after(after), |due| self.next_after(*due));
        let counted: Vec<Micros> = due.by_ref().take_while(|due| *due <= until).take(MAX_COUNT + 1).collect();
        let &last = counted.last()?;
        if counted.len() <= MAX_COUNT {
            return Some(DueRange { latest: last, earlier: counted.len() as u64 - 1 });
        }
        Some(DueRange { latest: self.latest(last, until), earlier: MAX_COUNT as u64 })
    }

    /// Returns the latest due time until a moment, at least `earliest`, which is one.
    fn latest(&self, earliest: Micros, until: Micros) -> Micros {
        for range in RANGES {
            let start = until.saturating_sub(range).max(earliest);
            let due = std::iter::successors(self.next_after(start), |due| self.next_after(*due));
            if let Some(latest) = due.take_while(|due| *due <= until).last() {
                return latest;
            }
        }
        // The moment is so late that the calendar has ended.
        earliest
    }

    /// Returns a moment as people in the time zone write it.
    pub fn local_text(&self, time: Micros) -> String {
        match Timestamp::from_microsecond(time) {
            Ok(time) => {
                format!("{} ({})", time.display_with_offset(self.zone.to_offset(time)), self.zone_name)
            }
            Err(_) => time.to_string(),
        }
    }
}

impl Debug for DueTimes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "DueTimes({self})")
    }
}

impl Display for DueTimes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.cron, self.zone_name)
    }
}

#[cfg(test)]
mod tests;
