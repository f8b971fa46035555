//! The local times of three zones from the end of 2027 to the beginning of 2029, written by hand: tests compare the due times of
//! the gateway with them.

use txjobs_gateway::clock::Micros;

use crate::test_clock::{DAY, HOUR, MINUTE};

/// 2027-12-30T00:00:00Z
pub const START: Micros = 1_830_124_800_000_000;
/// 2029-01-02T00:00:00Z
pub const END: Micros = START + 369 * DAY;

/// A time zone.
#[derive(Debug)]
pub struct Zone {
    pub name: &'static str,
    /// The first offset from UTC.
    first: Micros,
    /// When the offset changes, and the new one.
    changes: [(Micros, Micros); 2],
}

pub const ZONES: [Zone; 3] = [
    Zone {
        name: "Europe/Copenhagen",
        first: HOUR,
        // 2028-03-26T01:00Z and 2028-10-29T01:00Z
        changes: [(START + 87 * DAY + HOUR, 2 * HOUR), (START + 304 * DAY + HOUR, HOUR)],
    },
    Zone {
        name: "America/New_York",
        first: -5 * HOUR,
        // 2028-03-12T07:00Z and 2028-11-05T06:00Z
        changes: [(START + 73 * DAY + 7 * HOUR, -4 * HOUR), (START + 311 * DAY + 6 * HOUR, -5 * HOUR)],
    },
    Zone {
        name: "Australia/Lord_Howe",
        first: 11 * HOUR,
        // 2028-04-01T15:00Z and 2028-09-30T15:30Z
        changes: [
            (START + 93 * DAY + 15 * HOUR, 10 * HOUR + 30 * MINUTE),
            (START + 275 * DAY + 15 * HOUR + 30 * MINUTE, 11 * HOUR),
        ],
    },
];

impl Zone {
    /// Returns the local time in microseconds since 1970 in local time.
    fn local(&self, time: Micros) -> Micros {
        let latest = self.changes.iter().rev().find(|(change, _)| *change <= time);
        time + latest.map_or(self.first, |(_, offset)| *offset)
    }

    /// Returns when a time of the day is due that is this long after local midnight: at each local time that does not repeat an
    /// earlier one, and otherwise at the change that skips it.
    pub fn due_times(&self, time_of_day: Micros) -> Vec<Micros> {
        let mut due = Vec::new();
        let mut latest = self.local(START);
        for time in (START + MINUTE..=END).step_by(MINUTE as usize) {
            let local = self.local(time);
            // All local minutes until now that are new.
            let has_passed =
                (latest + MINUTE..=local).step_by(MINUTE as usize).any(|t| t.rem_euclid(DAY) == time_of_day);
            if has_passed {
                due.push(time);
            }
            latest = latest.max(local);
        }
        due
    }
}
