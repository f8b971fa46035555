//! All jobs at a glance: when their runs ran, the newest runs, and what is new since the last visit.

mod outcome;
mod run_list;
mod since_visit;
mod timeline;
mod trend;

pub use outcome::severity;
pub use run_list::{JobRun, RECENT_TIMES, RecentTime, RunFilter, RunListOptions, StateCounts, newest_runs};
pub use since_visit::{Visits, unseen_problems};
pub use timeline::{Bar, Group, SPANS, Span, Tick, TimeWindow, TimelineOptions, bars, group, ticks};
pub use trend::{Slowdown, SuccessRate};
