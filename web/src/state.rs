//! What the whole page knows, in a few small stores. Every screen gets them by [`app`].

use std::{cell::Cell, collections::HashMap, ops::Deref, rc::Rc};

use txjobs_sdk::{
    ApiKey, Error, Extensions, JobStatusCode, Timestamp,
    types::{JobId, TriggerId},
};

use crate::{
    browser,
    config::Preset,
    format::{self, Zone},
    history::History,
    jobs_list::Catalog,
    keyring,
    profile::{self, Profile},
    reactive::RwSignal,
    route::Route,
};

/// A connection. The key lives here and nowhere else, and is gone with the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Tells one connection from the next, so that work begun for one never writes into another.
    pub number: u32,
    pub profile: Profile,
    /// The base URL, without a slash at its end.
    pub base: String,
    pub header: String,
    pub key: ApiKey,
}

/// What a person is asked before a POST is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask {
    pub what: Deed,
    pub job: JobId,
}

/// What can be done to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Run,
    Cancel,
}

/// The jobs of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Jobs {
    /// `None` until they came for the first time.
    pub list: RwSignal<Option<Catalog>>,
    pub statuses: RwSignal<HashMap<JobId, JobStatusCode>>,
    pub histories: RwSignal<HashMap<JobId, History>>,
    /// Histories that did not come, until the next refresh.
    pub missing: RwSignal<Vec<JobId>>,
    /// Whose history is to be loaded, the most urgent first: what the screen shows.
    pub wanted: RwSignal<Vec<JobId>>,
    /// The warnings and errors of so many of them are to be counted, which takes the whole log of a run.
    pub counted: RwSignal<usize>,
    /// When jobs and statuses came last.
    pub updated: RwSignal<Option<i64>>,
    /// What went wrong with them since.
    pub trouble: RwSignal<Option<Error>>,
    /// Counts up when they are to be fetched at once.
    pub refresh: RwSignal<u32>,
}

/// The stores, as every part of a screen keeps them: small, because nearly every closure holds one.
#[derive(Clone, Copy, Debug)]
pub struct App(&'static Stores);

impl Deref for App {
    type Target = Stores;

    fn deref(&self) -> &Stores {
        self.0
    }
}

/// Everything.
#[derive(Debug)]
pub struct Stores {
    pub route: RwSignal<Route>,
    /// What `config.json` says.
    pub preset: RwSignal<Preset>,
    /// The servers that are known here.
    pub profiles: RwSignal<Vec<Profile>>,
    /// The one that is connected, or is about to be.
    pub chosen: RwSignal<Profile>,
    pub session: RwSignal<Option<Rc<Session>>>,
    /// The profiles whose key is remembered on this device.
    pub remembered: RwSignal<Vec<String>>,
    /// Whether what is remembered is open.
    pub is_open: RwSignal<bool>,
    /// Whether it was locked because nobody used the page.
    pub was_locked: RwSignal<bool>,
    /// After so many minutes.
    pub lock_after: RwSignal<i64>,
    /// Runs whose end is to be told.
    pub watched: RwSignal<Vec<(JobId, TriggerId)>>,
    /// What the server announced last.
    pub extensions: RwSignal<Extensions>,
    pub jobs: Jobs,
    /// The question that is open.
    pub ask: RwSignal<Option<Ask>>,
    /// The jobs that are asked to be run together.
    pub ask_many: RwSignal<Vec<JobId>>,
    /// The time of day, in milliseconds, kept up while the page is seen.
    pub now: RwSignal<i64>,
    /// The job and the run that were looked at last.
    pub last: RwSignal<(Option<JobId>, Option<TriggerId>)>,
    /// Whether the page has the width of a phone.
    pub is_narrow: RwSignal<bool>,
    pub utc: RwSignal<bool>,
    pub theme: RwSignal<Theme>,
    /// How many connections were tried, so that each has a number of its own.
    sessions: RwSignal<u32>,
}

/// Light, dark, or as the system has it.
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

    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }
}

impl App {
    /// Makes the stores, for [`app`]. They last as long as the page.
    pub fn provide() -> Self {
        let lock_after = browser::recall("txjobs.lock").and_then(|minutes| minutes.parse().ok());
        let stores = Stores {
            route: RwSignal::new(Route::parse(&browser::hash())),
            preset: RwSignal::new(Preset::default()),
            profiles: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(Profile::default()),
            session: RwSignal::new(None),
            remembered: RwSignal::new(Vec::new()),
            is_open: RwSignal::new(false),
            was_locked: RwSignal::new(false),
            lock_after: RwSignal::new(lock_after.unwrap_or(keyring::MINUTES[1].0)),
            watched: RwSignal::new(Vec::new()),
            extensions: RwSignal::new(Extensions::default()),
            jobs: Jobs {
                list: RwSignal::new(None),
                statuses: RwSignal::new(HashMap::new()),
                histories: RwSignal::new(HashMap::new()),
                missing: RwSignal::new(Vec::new()),
                wanted: RwSignal::new(Vec::new()),
                counted: RwSignal::new(0),
                updated: RwSignal::new(None),
                trouble: RwSignal::new(None),
                refresh: RwSignal::new(0),
            },
            ask: RwSignal::new(None),
            ask_many: RwSignal::new(Vec::new()),
            now: RwSignal::new(browser::now()),
            last: RwSignal::new((None, None)),
            is_narrow: RwSignal::new(browser::is_narrow()),
            utc: RwSignal::new(browser::recall("txjobs.zone").as_deref() == Some("utc")),
            sessions: RwSignal::new(0),
            theme: RwSignal::new(Theme::named(&browser::recall("txjobs.theme").unwrap_or_default())),
        };
        let app = Self(Box::leak(Box::new(stores)));
        APP.set(Some(app));
        app
    }

    /// A number for the next connection.
    pub fn session_count(self) -> u32 {
        self.sessions.update_untracked(|count| *count += 1);
        self.sessions.get_untracked()
    }

    /// Opens a connection, in the place of the one there is. The screen stays.
    pub fn connect(self, session: Session) {
        keyring::hold(session.profile.id(), session.key.clone());
        profile::remember_last(&session.profile);
        self.forget();
        self.was_locked.set(false);
        self.chosen.set(session.profile.clone());
        self.session.set(Some(Rc::new(session)));
    }

    /// Goes to another server: at once if its key is in memory, else by way of the connect screen.
    pub fn switch(self, profile: Profile) {
        match (keyring::key_of(&profile.id()), profile.base()) {
            (Some(key), Ok(base)) => {
                let (number, header) = (self.session_count(), profile.header.clone());
                self.connect(Session { number, profile, base, header, key });
            }
            _ => {
                self.leave();
                self.chosen.set(profile);
            }
        }
    }

    /// Closes the connection and forgets its key and all that came over it.
    pub fn disconnect(self) {
        if let Some(session) = self.session.get_untracked() {
            keyring::release(&session.profile.id());
        }
        self.leave();
    }

    /// Closes the connection and forgets all that came over it but the key.
    pub fn leave(self) {
        self.session.set(None);
        self.forget();
    }

    fn forget(self) {
        self.watched.set(Vec::new());
        self.extensions.set(Extensions::default());
        self.ask.set(None);
        self.ask_many.set(Vec::new());
        self.jobs.list.set(None);
        self.jobs.statuses.set(HashMap::new());
        self.jobs.histories.set(HashMap::new());
        self.jobs.missing.set(Vec::new());
        self.jobs.updated.set(None);
        self.jobs.trouble.set(None);
    }

    /// The connection, if it is still this one.
    pub fn session_numbered(self, number: u32) -> Option<Rc<Session>> {
        self.session.get_untracked().filter(|session| session.number == number)
    }

    /// What to call a job.
    pub fn name_of(self, job: JobId) -> Option<String> {
        self.jobs.list.with(|list| {
            let name = &list.as_ref()?.find(job)?.name;
            Some(if name.trim().is_empty() { job.to_string() } else { name.clone() })
        })
    }

    pub fn status_of(self, job: JobId) -> Option<JobStatusCode> {
        self.jobs.statuses.with(|statuses| statuses.get(&job).copied())
    }

    /// Asks for jobs and statuses at once.
    pub fn refresh(self) {
        self.jobs.missing.set(Vec::new());
        self.jobs.refresh.update(|count| *count += 1);
    }

    pub fn zone(self) -> Zone {
        if self.utc.get() { Zone::UTC } else { browser::LOCAL }
    }

    /// The time of day as a time of the contract.
    pub fn now(self) -> Timestamp {
        Timestamp::from_unix_millis(self.now.get())
    }

    /// `today 02:00`
    pub fn when(self, at: Timestamp) -> String {
        self.zone().day_and_time(at, self.now.get())
    }

    /// How long ago jobs and statuses came.
    pub fn age(self) -> Option<String> {
        let updated = self.jobs.updated.get()?;
        Some(format::ago(self.now.get() - updated))
    }
}

/// The stores of the page.
pub fn app() -> App {
    APP.get().expect("the stores are made before anything is shown")
}

thread_local! {
    // Not a context of Leptos: what a press does runs outside every part of the screen.
    static APP: Cell<Option<App>> = const { Cell::new(None) };
}
