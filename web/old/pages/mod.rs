//! The screens of the console, one module each.

mod api;
mod compare_runs;
mod connect;
mod job;
mod jobs;
mod run;
mod run_header;
mod run_link;
mod runs_table;
mod settings;

pub use api::api_page;
pub use connect::connect_page;
pub use job::job_page;
pub use jobs::jobs_page;
pub use run::run_page;
pub use settings::settings_page;
