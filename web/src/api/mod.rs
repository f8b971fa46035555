//! All requests of the console.
//!
//! A request has the key header and no other custom header, so that a server with a strict CORS policy accepts it.
//! Redirects are not followed, because the browser would send the key to the new origin. Nothing is retried here.

mod stream;
mod timeout;
mod transport;

use std::{cell::RefCell, pin::Pin, time::Duration};

use gloo_net::http::RequestBuilder;
use txjobs_sdk::{
    Error, ErrorKind,
    follow::KnownLines,
    operation::Request,
    paths,
    types::{CancelJobResult, ExecuteJobResult, Job, JobId, JobStatus},
};
use web_sys::RequestCache;

pub use self::{
    stream::{StreamFuture, stream_executions},
    transport::wait_for_pause,
};
use self::{
    timeout::RequestTimeout,
    transport::{MAX_WAIT, open},
};
use crate::{
    config::Preset,
    log::DecodedLogs,
    response::{ApiResponse, RawResponse},
    session::Session,
};

/// Maximum time for the connection test.
const MAX_TEST_WAIT: Duration = Duration::from_secs(15);
/// Maximum time for loading `config.json`.
const MAX_CONFIG_WAIT: Duration = Duration::from_secs(10);

pub async fn list_jobs(session: &Session) -> Result<ApiResponse<Vec<Job>>, Error> {
    send(session, &paths::list_jobs(), MAX_WAIT).await
}

pub async fn list_job_statuses(session: &Session) -> Result<ApiResponse<Vec<JobStatus>>, Error> {
    send(session, &paths::list_job_statuses(), MAX_WAIT).await
}

/// Starts a job. The request is sent once; see [`Error::is_outcome_unknown`].
pub async fn execute(session: &Session, job: JobId) -> Result<ApiResponse<ExecuteJobResult>, Error> {
    send(session, &paths::execute_job(job), MAX_WAIT).await
}

/// Cancels the current run of a job. The request is sent once.
pub async fn cancel(session: &Session, job: JobId) -> Result<ApiResponse<CancelJobResult>, Error> {
    send(session, &paths::cancel_job(job), MAX_WAIT).await
}

/// Sends a request for executions and decodes them with their log lines.
pub async fn executions(session: &Session, request: &Request) -> Result<ApiResponse<DecodedLogs>, Error> {
    let known_lines = RefCell::<KnownLines>::default();
    known_lines.borrow_mut().begin_response(None);
    let response = stream_executions(session, request, &known_lines, &|_| true).await;
    response.map_err(|(error, _)| error.unwrap_or_else(|| Error::new(ErrorKind::Interrupted)))
}

/// Tests a connection by listing the jobs, which changes nothing on the server.
pub async fn test_connection(session: &Session) -> Result<ApiResponse<Vec<Job>>, Error> {
    send(session, &paths::list_jobs(), MAX_TEST_WAIT).await
}

/// Sends a request of the API screen and returns the raw response with all headers that the browser exposes.
pub async fn send_raw(session: &Session, request: &Request) -> Result<RawResponse, Error> {
    send_boxed(session, request, MAX_WAIT, true).await
}

/// Loads `config.json` from the folder of the page. Returns the default if the file does not exist.
pub async fn load_preset() -> Preset {
    // A host that does not respond must not block the start.
    let timeout = RequestTimeout::new(MAX_CONFIG_WAIT);
    let request = RequestBuilder::new("config.json").cache(RequestCache::NoCache);
    let Ok(response) = request.abort_signal(timeout.signal().as_ref()).send().await else {
        return Preset::default();
    };
    match response.binary().await {
        Ok(body) if response.ok() => Preset::parse(&body),
        _ => Preset::default(),
    }
}

async fn send<T: serde::de::DeserializeOwned>(
    session: &Session,
    request: &Request,
    max_wait: Duration,
) -> Result<ApiResponse<T>, Error> {
    let raw = send_boxed(session, request, max_wait, false).await?;
    raw.decode(request.operation()).map_err(|error| error.with_masked_key(&session.key))
}

/// Returns a boxed future, so that it is compiled once and not for every operation.
fn send_boxed<'a>(
    session: &'a Session,
    request: &'a Request,
    max_wait: Duration,
    all_headers: bool,
) -> Pin<Box<dyn Future<Output = Result<RawResponse, Error>> + 'a>> {
    Box::pin(async move {
        let open_response = open(session, request, max_wait).await?;
        open_response.into_raw(request.operation(), all_headers).await
    })
}
