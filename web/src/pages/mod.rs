//! The screens of the console, a folder each.

mod api;
mod connect;
mod job;
mod jobs;
mod not_found;
mod run;
mod runs;
mod settings;
mod timeline;

pub use api::ApiPage;
pub use connect::ConnectPage;
pub use job::JobPage;
pub use jobs::JobsPage;
pub use not_found::NotFoundPage;
pub use run::RunPage;
pub use runs::RunsPage;
pub use settings::SettingsPage;
pub use timeline::TimelinePage;
