//! What the schedule of a job means, whatever a server writes into its fields.

use crate::{Timestamp, types::JobSchedule};

impl JobSchedule {
    /// Returns the next due time, if it is known.
    pub fn due_time(&self) -> Option<Timestamp> {
        self.next_due_time.filter(|due| due.is_known())
    }

    /// Returns the cron expression. Returns `None` for a blank text.
    pub fn cron_expression(&self) -> Option<&str> {
        self.cron.as_deref().filter(|cron| !is_blank(cron))
    }

    /// Returns the time zone of the cron expression. Returns `None` for a blank text.
    pub fn zone_name(&self) -> Option<&str> {
        self.time_zone.as_deref().filter(|zone| !is_blank(zone))
    }

    /// Returns the names of the jobs after which the job runs, without blank ones.
    pub fn upstream_jobs(&self) -> impl Iterator<Item = &str> + Clone {
        self.after.iter().map(String::as_str).filter(|name| !is_blank(name))
    }

    /// Returns whether the schedule starts nothing: it has no due time, no expression, and no other jobs.
    pub fn is_empty(&self) -> bool {
        self.due_time().is_none() && self.cron_expression().is_none() && self.upstream_jobs().next().is_none()
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedule_with_blank_values_is_empty() {
        let year_one = "0001-01-01T00:00:00".parse().ok();
        let mut schedule = JobSchedule {
            after: vec![String::new(), " ".to_owned()],
            cron: Some(" ".to_owned()),
            next_due_time: year_one,
            time_zone: Some(String::new()),
        };
        assert!(schedule.is_empty() && JobSchedule::default().is_empty());
        assert_eq!(
            (schedule.due_time(), schedule.cron_expression(), schedule.zone_name()),
            (None, None, None)
        );
        schedule.after.push("Sales".to_owned());
        assert!(!schedule.is_empty() && schedule.upstream_jobs().eq(["Sales"]));
        let due = "2026-03-14T02:00:00Z".parse().ok();
        assert!(!JobSchedule { next_due_time: due, ..JobSchedule::default() }.is_empty());
        assert!(!JobSchedule { cron: Some("0 2 * * *".to_owned()), ..JobSchedule::default() }.is_empty());
    }
}
