//! Every request of the console.
//!
//! It sends the least a strict server must allow: the key's header and nothing else of its own. It follows no
//! redirect, because a browser would carry the key along, and it repeats nothing by itself.

use std::{pin::Pin, time::Duration};

use gloo_net::http::{Method as HttpMethod, RequestBuilder};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::set_timeout_with_handle};
use txjobs_sdk::{
    Trouble, TroubleKind,
    operation::{Method, Request},
    paths,
    types::{CancelJobResult, ExecuteJobResult, Job, JobExecution, JobExecutions, JobId, JobStatus},
};
use web_sys::{
    AbortController, ReferrerPolicy, RequestCache, RequestCredentials, RequestRedirect, ResponseType,
};

use crate::{
    answer::{Answer, Raw},
    config::Preset,
    state::Session,
};

/// The longest wait for a whole answer.
const LONGEST: Duration = Duration::from_secs(60);

pub async fn list_jobs(session: &Session) -> Result<Answer<Vec<Job>>, Trouble> {
    send(session, &paths::list_jobs(), LONGEST).await
}

pub async fn list_job_statuses(session: &Session) -> Result<Answer<Vec<JobStatus>>, Trouble> {
    send(session, &paths::list_job_statuses(), LONGEST).await
}

/// Starts a job. Sent once; see [`Trouble::leaves_outcome_unclear`].
pub async fn execute(session: &Session, job: JobId) -> Result<Answer<ExecuteJobResult>, Trouble> {
    send(session, &paths::execute_job(job), LONGEST).await
}

/// Cancels the job's run. Sent once.
pub async fn cancel(session: &Session, job: JobId) -> Result<Answer<CancelJobResult>, Trouble> {
    send(session, &paths::cancel_job(job), LONGEST).await
}

/// The executions that a request for logs asks for.
pub async fn executions(session: &Session, request: &Request) -> Result<Answer<Vec<JobExecution>>, Trouble> {
    let answer = send::<JobExecutions>(session, request, LONGEST).await?;
    Ok(Answer { value: answer.value.0, extensions: answer.extensions })
}

/// How many jobs there are: the read-only call that tells whether a connection works.
pub async fn test(session: &Session) -> Result<Answer<Vec<Job>>, Trouble> {
    send(session, &paths::list_jobs(), Duration::from_secs(15)).await
}

/// A request by hand: whatever comes, as it comes, with every header that the server lets a page see.
pub async fn by_hand(session: &Session, request: &Request) -> Result<Raw, Trouble> {
    fetch(session, request, LONGEST, true).await
}

/// `config.json` beside the page; nothing preset where there is none.
pub async fn preset() -> Preset {
    let Ok(response) = RequestBuilder::new("config.json").cache(RequestCache::NoCache).send().await else {
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
    longest: Duration,
) -> Result<Answer<T>, Trouble> {
    fetch(session, request, longest, false).await?.read(request.operation())
}

/// Boxed, so that it is compiled once and not into each operation.
fn fetch<'a>(
    session: &'a Session,
    request: &'a Request,
    longest: Duration,
    all_headers: bool,
) -> Pin<Box<dyn Future<Output = Result<Raw, Trouble>> + 'a>> {
    Box::pin(fetch_unboxed(session, request, longest, all_headers))
}

async fn fetch_unboxed(
    session: &Session,
    request: &Request,
    longest: Duration,
    all_headers: bool,
) -> Result<Raw, Trouble> {
    let limit = TimeLimit::new(longest);
    let response = RequestBuilder::new(&format!("{}{}", session.base, request.path_and_query()))
        .method(match request.method() {
            Method::Get => HttpMethod::GET,
            Method::Post => HttpMethod::POST,
        })
        .header(&session.header, session.key.expose())
        .redirect(RequestRedirect::Manual)
        .credentials(RequestCredentials::Omit)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .cache(RequestCache::NoCache)
        .abort_signal(limit.signal().as_ref())
        .send()
        .await
        .map_err(|_| limit.trouble(TroubleKind::Blocked).during(request.operation()))?;
    if response.type_() == ResponseType::Opaqueredirect {
        return Err(Trouble::new(TroubleKind::NotThisApi)
            .during(request.operation())
            .with_message("It answers with a redirect, which is not followed: the key would go along."));
    }
    let headers = response.headers();
    let body = response.binary().await;
    Ok(Raw {
        status: response.status(),
        retry_after: headers.get("retry-after"),
        extensions: headers.get(paths::EXTENSIONS_HEADER),
        headers: if all_headers { headers.entries().collect() } else { Vec::new() },
        body: body.map_err(|_| limit.trouble(TroubleKind::Interrupted).during(request.operation()))?,
    })
}

/// Ends a request that takes too long.
struct TimeLimit {
    longest: Duration,
    controller: Option<AbortController>,
    timer: Option<TimeoutHandle>,
}

impl TimeLimit {
    fn new(longest: Duration) -> Self {
        let controller = AbortController::new().ok();
        let timer = controller
            .clone()
            .and_then(|controller| set_timeout_with_handle(move || controller.abort(), longest).ok());
        Self { longest, controller, timer }
    }

    fn signal(&self) -> Option<web_sys::AbortSignal> {
        self.controller.as_ref().map(AbortController::signal)
    }

    /// What a failure means: the end of our patience, or else this.
    fn trouble(&self, otherwise: TroubleKind) -> Trouble {
        if self.signal().is_some_and(|signal| signal.aborted()) {
            let words = format!("No whole answer within {} seconds.", self.longest.as_secs());
            Trouble::new(TroubleKind::Interrupted).with_message(&words)
        } else {
            Trouble::new(otherwise)
        }
    }
}

impl Drop for TimeLimit {
    fn drop(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }
}
