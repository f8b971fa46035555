//! When jobs start by themselves: cron expressions, their due times in a time zone, and the schedules of all jobs.
//!
//! This module computes. The scheduler starts the runs.

mod cron;
mod cron_fields;
mod due_times;
mod job_schedule;
mod shared;
mod time_zone;

pub use cron::CronExpression;
pub use due_times::{DueRange, DueTimes};
pub use job_schedule::{CatchUp, JobSchedule, ScheduledJob, Upstream};
pub use shared::{ScheduleSet, Schedules};
