//! What several screens share, one small store for each subject. Each is a context: a component gets it with
//! `expect_context`. All are `Copy` handles that live as long as the component that provides them.

mod clock;
mod connection;
mod jobs;
mod notices;
mod preferences;
mod run;
mod stored;
mod theme;
mod ui;
pub mod vault;
mod visit;

pub use clock::Clock;
pub use connection::Connection;
pub use jobs::Jobs;
pub use notices::{Notice, NoticeLine, Notices};
pub use preferences::Preferences;
pub use run::{RunState, Stage};
pub use stored::Stored;
pub use theme::Theme;
pub use ui::{EndedRun, JobAction, PendingConfirmation, Ui};
pub use vault::Vault;
pub use visit::LastVisit;
