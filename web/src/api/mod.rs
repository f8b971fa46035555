//! All requests of the console.
//!
//! A request has the key header and no other custom header, so that a server with a strict CORS policy accepts it.
//! Redirects are not followed, because the browser would send the key to the new origin. Nothing is retried here.

mod body;
mod page_file;
mod pauses;
mod preset;
pub mod response;
mod stream;
mod timeout;
mod translations;
mod transport;

use std::{cell::RefCell, sync::Arc, time::Duration};

use leptos::prelude::{GetValue, StoredValue};
use serde::de::DeserializeOwned;
use txjobs_sdk::{
    Error, ErrorKind,
    follow::KnownLines,
    operation::Request,
    paths,
    types::{CancelJobResult, ExecuteJobResult, Job, JobId, JobStatus},
};

use self::transport::{MAX_WAIT, open};
pub use self::{preset::load_preset, translations::load_translations};
use crate::{
    api::response::{ApiResponse, RawResponse},
    log::{DecodedLogs, Lines},
    profiles::session::Session,
};

/// Maximum time without progress of the connection test.
const MAX_TEST_WAIT: Duration = Duration::from_secs(15);

/// The server of a session. A component gets it with `expect_context`.
///
/// A future that is dropped aborts its request. The task of a component is dropped with the component, see
/// `spawn_local_scoped_with_cancellation`.
#[derive(Clone, Copy, Debug)]
pub struct Api(StoredValue<Arc<Session>>);

impl Api {
    /// Creates a handle that lives as long as the current reactive owner.
    pub fn new(session: Arc<Session>) -> Self {
        Self(StoredValue::new(session))
    }

    /// Returns the session.
    pub fn session(self) -> Arc<Session> {
        self.0.get_value()
    }

    pub async fn list_jobs(self) -> Result<ApiResponse<Vec<Job>>, Error> {
        self.send(&paths::list_jobs(), MAX_WAIT).await
    }

    pub async fn list_job_statuses(self) -> Result<ApiResponse<Vec<JobStatus>>, Error> {
        self.send(&paths::list_job_statuses(), MAX_WAIT).await
    }

    /// Starts a job. The request is sent once; see [`Error::is_outcome_unknown`].
    pub async fn execute(self, job: JobId) -> Result<ApiResponse<ExecuteJobResult>, Error> {
        self.send(&paths::execute_job(job), MAX_WAIT).await
    }

    /// Cancels the current run of a job. The request is sent once.
    pub async fn cancel(self, job: JobId) -> Result<ApiResponse<CancelJobResult>, Error> {
        self.send(&paths::cancel_job(job), MAX_WAIT).await
    }

    /// Sends a request for executions and decodes them with their log lines.
    pub async fn executions(self, request: &Request) -> Result<ApiResponse<DecodedLogs>, Error> {
        let known_lines = RefCell::<KnownLines>::default();
        known_lines.borrow_mut().begin_response(None);
        let response = self.stream_executions(request, &known_lines, &|_| true).await;
        response.map_err(|(error, _)| error.unwrap_or_else(|| Error::new(ErrorKind::Interrupted)))
    }

    /// Sends a request for executions and decodes the log lines while they arrive, so that the page stays responsive.
    ///
    /// `known_lines` filters out lines of earlier responses. `on_progress` gets the number of received bytes and returns
    /// whether to continue.
    ///
    /// # Errors
    ///
    /// Returns the error and the lines received before it. The error is `None` if `on_progress` stopped the request.
    pub async fn stream_executions(
        self,
        request: &Request,
        known_lines: &RefCell<KnownLines>,
        on_progress: &dyn Fn(usize) -> bool,
    ) -> Result<ApiResponse<DecodedLogs>, (Option<Error>, Lines)> {
        stream::executions(&self.session(), request, known_lines, on_progress).await
    }

    /// Tests a connection by listing the jobs, which changes nothing on the server.
    pub async fn test_connection(self) -> Result<ApiResponse<Vec<Job>>, Error> {
        self.send(&paths::list_jobs(), MAX_TEST_WAIT).await
    }

    /// Sends a request of the API screen and returns the raw response with all headers that the browser exposes.
    pub async fn send_raw(self, request: &Request) -> Result<RawResponse, Error> {
        let open_response = open(&self.session(), request, MAX_WAIT).await?;
        open_response.into_raw(request.operation(), true).await
    }

    /// Returns how long all requests still wait because the server requested a pause.
    pub fn remaining_pause(self) -> Duration {
        pauses::remaining_pause(&self.session().base)
    }

    /// Waits until the pause ends that the server requested for all requests.
    pub async fn wait_for_pause(self) {
        pauses::wait_for_pause(&self.session().base).await;
    }

    async fn send<T: DeserializeOwned>(
        self,
        request: &Request,
        max_wait: Duration,
    ) -> Result<ApiResponse<T>, Error> {
        let session = self.session();
        let open_response = open(&session, request, max_wait).await?;
        let raw = open_response.into_raw(request.operation(), false).await?;
        raw.decode(request.operation()).map_err(|error| error.with_masked_key(&session.key))
    }
}
