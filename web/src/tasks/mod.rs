//! What runs in the background and keeps the screens current.

pub mod auto_lock;
pub mod follow_run;
pub mod histories;
pub mod load_job_history;
pub mod notifications;
pub mod poll;
