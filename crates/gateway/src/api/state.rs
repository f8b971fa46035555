//! The state that the handlers share.

use axum::http::HeaderName;
use tokio_util::sync::CancellationToken;
use txjobs_store::SharedStore;

use super::demo_key::DemoKey;
use super::failed_attempts::FailedAttempts;
use super::key_uses::KeyUses;
use super::lists::Lists;
use crate::clock::SharedClock;
use crate::metrics::RunMetrics;
use crate::runner::RunnerHandle;
use crate::schedule::Schedules;

/// The state of the application. Clones share it.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The store.
    pub store: SharedStore,
    /// The clock.
    pub clock: SharedClock,
    /// The runner.
    pub runner: RunnerHandle,
    /// The request header that carries the API key.
    pub key_header: HeaderName,
    /// The key of `serve --demo`.
    pub demo_key: Option<DemoKey>,
    /// The uses of keys, which a task writes.
    pub key_uses: KeyUses,
    /// The failed attempts of each address. `None`: they are not limited.
    pub failed_attempts: Option<FailedAttempts>,
    /// The schedules that the list of jobs shows.
    pub schedules: Schedules,
    /// Where the ends of runs are recorded.
    pub run_metrics: RunMetrics,
    /// Canceled when the gateway begins to shut down.
    pub stopping: CancellationToken,
    /// The lists that are cached in memory.
    pub(super) lists: Lists,
}

impl AppState {
    /// Creates the state.
    pub fn new(store: SharedStore, clock: SharedClock, runner: RunnerHandle, key_header: HeaderName) -> Self {
        let schedules = Schedules::default();
        let lists = Lists::new(store.clone(), clock.clone(), schedules.clone(), key_header.clone());
        let key_uses = KeyUses::new(store.clone());
        let failed_attempts = Some(FailedAttempts::new());
        Self {
            store,
            clock,
            runner,
            key_header,
            demo_key: None,
            key_uses,
            failed_attempts,
            schedules,
            run_metrics: RunMetrics::default(),
            stopping: CancellationToken::new(),
            lists,
        }
    }

    /// Shows these schedules in the list of jobs.
    #[must_use]
    pub fn with_schedules(self, schedules: Schedules) -> Self {
        let lists =
            Lists::new(self.store.clone(), self.clock.clone(), schedules.clone(), self.key_header.clone());
        Self { schedules, lists, ..self }
    }
}
