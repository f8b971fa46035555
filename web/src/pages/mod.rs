//! The screens, one module each.

mod connect;
mod job;
mod jobs;
mod jobs_table;
mod run;
mod run_head;
mod settings;

pub use connect::ConnectPage;
pub use job::JobPage;
pub use jobs::JobsPage;
pub use run::RunPage;
pub use settings::SettingsPage;
