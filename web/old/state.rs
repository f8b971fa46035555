//! The shared state of the page. Screens and components get it with [`app`].

use std::{cell::Cell, collections::HashMap, ops::Deref, rc::Rc};

use txjobs_sdk::{
    Error, Extensions, JobStatusCode, Timestamp,
    types::{JobId, TriggerId},
};

use crate::{
    model::{
        config::Preset,
        format::{self, Zone},
        history::History,
        job_list::JobIndex,
        route::Route,
    },
    profiles::{key_store, profile::Profile, saved_profiles, session::Session},
    reactive::RwSignal,
    utils::browser,
};

/// A job action that waits for the user's confirmation before its POST is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PendingConfirmation {
    pub action: JobAction,
    pub job: JobId,
}

/// An action on a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobAction {
    Run,
    Cancel,
}

/// The jobs of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Jobs {
    /// `None` until the first response.
    pub list: RwSignal<Option<JobIndex>>,
    pub statuses: RwSignal<HashMap<JobId, JobStatusCode>>,
    pub histories: RwSignal<HashMap<JobId, History>>,
    /// Jobs whose history could not be loaded. The next refresh clears the list.
    pub failed: RwSignal<Vec<JobId>>,
    /// Jobs whose history the screen needs, the most urgent first.
    pub requested: RwSignal<Vec<JobId>>,
    /// For how many of the requested jobs to count warnings and errors. Counting loads the whole log of a run.
    pub counted: RwSignal<usize>,
    /// Time of the last successful response, in milliseconds since 1970.
    pub updated: RwSignal<Option<i64>>,
    /// Error of the last poll. `None` after a success.
    pub error: RwSignal<Option<Error>>,
    /// Increased to request an immediate poll.
    pub refresh: RwSignal<u32>,
}

/// A handle to the state. Small, because nearly every closure holds one.
#[derive(Clone, Copy, Debug)]
pub struct App(&'static AppState);

impl Deref for App {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        self.0
    }
}

/// The state of the page.
#[derive(Debug)]
pub struct AppState {
    pub route: RwSignal<Route>,
    /// Content of `config.json`.
    pub preset: RwSignal<Preset>,
    /// Known servers.
    pub profiles: RwSignal<Vec<Profile>>,
    /// The profile that is connected or selected on the connect screen.
    pub profile: RwSignal<Profile>,
    pub session: RwSignal<Option<Rc<Session>>>,
    /// Ids of the profiles whose key is stored in the vault.
    pub remembered: RwSignal<Vec<String>>,
    /// Whether the vault is unlocked.
    pub is_vault_unlocked: RwSignal<bool>,
    /// Whether the vault was locked because the page was idle.
    pub was_auto_locked: RwSignal<bool>,
    /// After how many minutes without use the vault is locked.
    pub lock_after_minutes: RwSignal<i64>,
    /// Runs whose end triggers a notification.
    pub watched_runs: RwSignal<Vec<(JobId, TriggerId)>>,
    /// Extensions that the server announced last.
    pub extensions: RwSignal<Extensions>,
    pub jobs: Jobs,
    /// The action in the open confirmation dialog.
    pub pending_confirmation: RwSignal<Option<PendingConfirmation>>,
    /// The jobs in the open bulk run dialog.
    pub pending_bulk_run: RwSignal<Vec<JobId>>,
    /// Current time in milliseconds since 1970, updated while the page is visible.
    pub now: RwSignal<i64>,
    /// The job and the run that were opened last.
    pub last_viewed: RwSignal<(Option<JobId>, Option<TriggerId>)>,
    /// Whether the page is as narrow as a phone.
    pub is_narrow: RwSignal<bool>,
    pub utc: RwSignal<bool>,
    pub theme: RwSignal<Theme>,
    /// Number of connections so far, the source of session numbers.
    session_count: RwSignal<u32>,
}

/// Color theme: light, dark, or the setting of the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }
}

impl App {
    /// Creates the state that [`app`] returns. It lives as long as the page.
    pub fn provide() -> Self {
        let lock_after_minutes =
            browser::read_setting("txjobs.lock").and_then(|minutes| minutes.parse().ok());
        let state = AppState {
            route: RwSignal::new(Route::parse(&browser::hash())),
            preset: RwSignal::new(Preset::default()),
            profiles: RwSignal::new(Vec::new()),
            profile: RwSignal::new(Profile::default()),
            session: RwSignal::new(None),
            remembered: RwSignal::new(Vec::new()),
            is_vault_unlocked: RwSignal::new(false),
            was_auto_locked: RwSignal::new(false),
            lock_after_minutes: RwSignal::new(lock_after_minutes.unwrap_or(key_store::LOCK_CHOICES[1].0)),
            watched_runs: RwSignal::new(Vec::new()),
            extensions: RwSignal::new(Extensions::default()),
            jobs: Jobs {
                list: RwSignal::new(None),
                statuses: RwSignal::new(HashMap::new()),
                histories: RwSignal::new(HashMap::new()),
                failed: RwSignal::new(Vec::new()),
                requested: RwSignal::new(Vec::new()),
                counted: RwSignal::new(0),
                updated: RwSignal::new(None),
                error: RwSignal::new(None),
                refresh: RwSignal::new(0),
            },
            pending_confirmation: RwSignal::new(None),
            pending_bulk_run: RwSignal::new(Vec::new()),
            now: RwSignal::new(browser::now()),
            last_viewed: RwSignal::new((None, None)),
            is_narrow: RwSignal::new(browser::is_narrow()),
            utc: RwSignal::new(browser::read_setting("txjobs.zone").as_deref() == Some("utc")),
            session_count: RwSignal::new(0),
            theme: RwSignal::new(Theme::from_name(
                &browser::read_setting("txjobs.theme").unwrap_or_default(),
            )),
        };
        let app = Self(Box::leak(Box::new(state)));
        APP.set(Some(app));
        app
    }

    /// Returns a new session number.
    pub fn next_session_number(self) -> u32 {
        self.session_count.update_untracked(|count| *count += 1);
        self.session_count.get_untracked()
    }

    /// Replaces the current connection. The screen stays the same.
    pub fn connect(self, session: Session) {
        key_store::insert(session.profile.id(), session.key.clone());
        saved_profiles::save_last(&session.profile);
        self.clear();
        self.was_auto_locked.set(false);
        self.profile.set(session.profile.clone());
        self.session.set(Some(Rc::new(session)));
    }

    /// Switches to another server: immediately if its key is in memory, otherwise through the connect screen.
    pub fn switch(self, profile: Profile) {
        match (key_store::get(&profile.id()), profile.base()) {
            (Some(key), Ok(base)) => {
                let (number, header) = (self.next_session_number(), profile.header.clone());
                self.connect(Session { number, profile, base, header, key });
            }
            _ => {
                self.close();
                self.profile.set(profile);
            }
        }
    }

    /// Closes the connection and removes its key and its data.
    pub fn disconnect(self) {
        if let Some(session) = self.session.get_untracked() {
            key_store::remove(&session.profile.id());
        }
        self.close();
    }

    /// Closes the connection and removes its data, but keeps the key.
    pub fn close(self) {
        self.session.set(None);
        self.clear();
    }

    fn clear(self) {
        self.watched_runs.set(Vec::new());
        self.extensions.set(Extensions::default());
        self.pending_confirmation.set(None);
        self.pending_bulk_run.set(Vec::new());
        self.jobs.list.set(None);
        self.jobs.statuses.set(HashMap::new());
        self.jobs.histories.set(HashMap::new());
        self.jobs.failed.set(Vec::new());
        self.jobs.updated.set(None);
        self.jobs.error.set(None);
    }

    /// Returns the connection if it still has this number.
    pub fn session_if_current(self, number: u32) -> Option<Rc<Session>> {
        self.session.get_untracked().filter(|session| session.number == number)
    }

    /// Returns the name of a job, or its id if the name is blank.
    pub fn job_name(self, job: JobId) -> Option<String> {
        self.jobs.list.with(|list| {
            let name = &list.as_ref()?.find(job)?.name;
            Some(if name.trim().is_empty() { job.to_string() } else { name.clone() })
        })
    }

    pub fn job_status(self, job: JobId) -> Option<JobStatusCode> {
        self.jobs.statuses.with(|statuses| statuses.get(&job).copied())
    }

    /// Requests an immediate poll of jobs and statuses.
    pub fn refresh(self) {
        self.jobs.failed.set(Vec::new());
        self.jobs.refresh.update(|count| *count += 1);
    }

    /// Returns whether the selected profile is marked as production.
    pub fn is_production(self) -> bool {
        self.profile.with_untracked(|profile| profile.is_production)
    }

    pub fn zone(self) -> Zone {
        if self.utc.get() { Zone::UTC } else { browser::LOCAL }
    }

    /// Returns the current time as a timestamp.
    pub fn now(self) -> Timestamp {
        Timestamp::from_unix_millis(self.now.get())
    }

    /// Formats a time for people, for example `today 02:00`.
    pub fn format_time(self, at: Timestamp) -> String {
        self.zone().day_and_time(at, self.now.get())
    }

    /// Formats the age of the jobs and statuses, for example `12 s ago`.
    pub fn data_age(self) -> Option<String> {
        let updated = self.jobs.updated.get()?;
        Some(format::ago(self.now.get() - updated))
    }
}

/// Returns the state of the page.
///
/// # Panics
///
/// Panics before [`App::provide`].
pub fn app() -> App {
    APP.get().expect("App::provide runs before the first render")
}

thread_local! {
    // Not a Leptos context: click handlers run outside of the reactive owner tree.
    static APP: Cell<Option<App>> = const { Cell::new(None) };
}
