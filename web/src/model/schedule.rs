//! Texts about when a job starts by itself.

use txjobs_sdk::{Timestamp, types::JobSchedule};

use super::format::{Zone, one_line};
use crate::text::{self, t, tf};

/// The maximum length of the name of a job, in characters.
const MAX_NAME_CHARS: usize = 100;

/// The maximum number of names.
const MAX_NAMES: usize = 20;
/// How long after a due time, in milliseconds, the job is about to start, and the list is about to be loaded again.
const MAX_START_DELAY: i64 = 60_000;

/// Formats the names of the jobs after which a job runs, for example `Sales prepare, Finance prepare`.
pub fn names(schedule: &JobSchedule) -> String {
    let jobs = schedule.upstream_jobs();
    let shown: Vec<_> = jobs.clone().take(MAX_NAMES).map(|name| one_line(name, MAX_NAME_CHARS)).collect();
    let shown = shown.join(", ");
    match jobs.count().saturating_sub(MAX_NAMES) {
        0 => shown,
        more => tf!("{jobs} and {count} more", jobs = shown, count = text::count(more)),
    }
}

/// Returns whether a due time has passed.
pub fn has_passed(due: Timestamp, now: i64) -> bool {
    due.unix_millis() < now
}

/// Formats the next due time, for example `tomorrow 02:00`, `now`, or `was due Tuesday 02:00`, which is never mistaken for
/// the next Tuesday.
pub fn due_time(due: Timestamp, now: i64, zone: Zone) -> String {
    let time = zone.day_and_time(due, now);
    match has_passed(due, now) {
        false => time,
        true if now - due.unix_millis() <= MAX_START_DELAY => t("now").to_owned(),
        // Its server is late, or a clock is wrong.
        true => tf!("was due {time}", time = time),
    }
}

/// Describes what starts a job, for example `0 2 * * * (Europe/Copenhagen), after Sales prepare`.
pub fn description(schedule: &JobSchedule) -> String {
    let cron = schedule.cron_expression().map(|cron| {
        let cron = one_line(cron, MAX_NAME_CHARS);
        match schedule.zone_name() {
            Some(zone) => format!("{cron} ({})", one_line(zone, MAX_NAME_CHARS)),
            None => cron,
        }
    });
    let after = names(schedule);
    let after = (!after.is_empty()).then(|| tf!("after {jobs}", jobs = after));
    [cron, after].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn description_names_times_and_jobs() {
        let mut schedule = JobSchedule {
            cron: Some("0 2 * * *".to_owned()),
            time_zone: Some("Europe/Copenhagen".to_owned()),
            ..JobSchedule::default()
        };
        assert_eq!(description(&schedule), "0 2 * * * (Europe/Copenhagen)");
        schedule.after = vec!["Sales\nprepare".to_owned(), "Finance".to_owned()];
        assert_eq!(description(&schedule), "0 2 * * * (Europe/Copenhagen), after Sales↵prepare, Finance");
        schedule.cron = None;
        assert_eq!(description(&schedule), "after Sales↵prepare, Finance");
        assert_eq!(description(&JobSchedule::default()), "");
        let blank =
            JobSchedule { cron: Some(" ".to_owned()), after: vec![String::new()], ..JobSchedule::default() };
        assert_eq!(description(&blank), "");
    }

    #[test]
    fn names_of_many_jobs_are_counted() {
        let after = (1..=1_020).map(|number| format!("Job {number}")).collect();
        let names = names(&JobSchedule { after, ..JobSchedule::default() });
        assert!(names.starts_with("Job 1, Job 2, ") && names.ends_with(", Job 20 and 1,000 more"), "{names}");
    }

    #[test]
    fn passed_due_time_is_not_mistaken_for_a_coming_one() {
        let now = "2026-03-14T12:00:00Z".parse::<Timestamp>().unwrap().unix_millis();
        let shown = |due: &str| due_time(due.parse().unwrap(), now, Zone::UTC);
        assert_eq!(shown("2026-03-17T02:00:00Z"), "Tuesday 02:00");
        assert_eq!(shown("2026-03-14T12:00:00Z"), "today 12:00");
        assert_eq!(shown("2026-03-14T11:59:59Z"), "now");
        assert_eq!(shown("2026-03-14T11:59:00Z"), "now");
        assert_eq!(shown("2026-03-14T11:58:59Z"), "was due today 11:58");
        assert_eq!(shown("2026-03-10T02:00:00Z"), "was due Tuesday 02:00");
    }
}
