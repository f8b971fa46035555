//! Texts about when a job starts by itself.

use txjobs_sdk::types::JobSchedule;

use super::format::one_line;
use crate::text::tf;

/// The maximum length of the name of a job, in characters.
const MAX_NAME_CHARS: usize = 100;

/// Formats names of jobs, for example `Sales prepare, Finance prepare`.
pub fn names(jobs: &[String]) -> String {
    jobs.iter().map(|name| one_line(name, MAX_NAME_CHARS)).collect::<Vec<_>>().join(", ")
}

/// Describes what starts a job, for example `0 2 * * * (Europe/Copenhagen), after Sales prepare`.
pub fn description(schedule: &JobSchedule) -> String {
    let cron = schedule.cron.as_ref().map(|cron| {
        let cron = one_line(cron, MAX_NAME_CHARS);
        match &schedule.time_zone {
            Some(zone) => format!("{cron} ({})", one_line(zone, MAX_NAME_CHARS)),
            None => cron,
        }
    });
    let after = (!schedule.after.is_empty()).then(|| tf!("after {jobs}", jobs = names(&schedule.after)));
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
    }
}
