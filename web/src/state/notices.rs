//! Results of requests whose dialog was closed before the response arrived.

use leptos::prelude::*;

/// A message that stays on the screen until the user dismisses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// A notice replaces an earlier one with the same id.
    pub id: u32,
    pub text: String,
    pub lines: Vec<NoticeLine>,
}

/// What a notice says about a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeLine {
    pub job_name: String,
    pub text: String,
    /// Address of the run.
    pub link: Option<String>,
}

/// The notices on the screen. They outlast the session, because requests may end after it.
#[derive(Clone, Copy, Debug)]
pub struct Notices {
    pub shown: RwSignal<Vec<Notice>>,
    last_id: StoredValue<u32>,
}

impl Notices {
    /// Provides the store as a context.
    pub fn provide() -> Self {
        let notices = Self { shown: RwSignal::new(Vec::new()), last_id: StoredValue::new(0) };
        provide_context(notices);
        notices
    }

    /// Returns an id for a new notice.
    pub fn next_id(self) -> u32 {
        self.last_id.update_value(|id| *id += 1);
        self.last_id.get_value()
    }

    /// Shows a notice, or replaces the text of the notice with this id.
    pub fn show(self, notice: Notice) {
        self.shown.update(|shown| match shown.iter_mut().find(|other| other.id == notice.id) {
            Some(other) => *other = notice,
            None => shown.push(notice),
        });
    }

    pub fn dismiss(self, id: u32) {
        self.shown.update(|shown| shown.retain(|notice| notice.id != id));
    }
}
