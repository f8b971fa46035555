//! A run, its engine, and what has become known about it.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::Url;
use txjobs_sdk::Severity;
use txjobs_store::time::Micros;

use super::client::{EngineClient, EngineResponse, RequestBody, SendError};
use super::oauth2::{AccessToken, request_token};
use super::resume_token::{EngineRun, Progress, ResumeToken};
use super::settings::{HttpJob, Link};
use super::template::JsonTemplate;
use super::template::{UrlTemplate, Variable, Variables};
use crate::request_secrets::SecretMask;
use crate::request_secrets::{SecretSource, SecretValues};
use crate::runner::{Exit, RunContext};

/// A run, its engine, and what has become known about it. It has no `Debug`, because it has secrets.
pub(super) struct Session<'a> {
    pub job: &'a HttpJob,
    pub context: RunContext<'a>,
    pub variables: Variables,
    pub started_at: Micros,
    pub run: EngineRun,
    pub mask: SecretMask,
    client: EngineClient,
    access_token: Option<AccessToken>,
}

/// A request that is ready to be sent. It has no `Debug`, because it has secrets.
pub(super) struct PreparedRequest {
    method: Method,
    pub url: Url,
    headers: HeaderMap,
    body: RequestBody,
}

impl<'a> Session<'a> {
    /// Creates the session of a run that is new.
    ///
    /// # Errors
    ///
    /// Fails if TLS cannot be used.
    pub async fn new(job: &'a HttpJob, context: RunContext<'a>) -> anyhow::Result<Self> {
        let client = EngineClient::new(&job.addresses, job.request_timeout)?;
        let variables = Variables {
            trigger_id: context.run.trigger_id,
            execution_id: context.run.id,
            job_id: context.run.job,
            ..Variables::default()
        };
        let mut mask = SecretMask::default();
        // The engine may repeat a secret of a request that an earlier node sent. Those that are missing fail their requests.
        for source in job.secrets() {
            if let Ok(values) = SecretValues::read(vec![source]).await {
                values.values().for_each(|secret| mask.add(secret));
            }
        }
        let (started_at, run) = (context.clock.now(), EngineRun::default());
        Ok(Self { job, context, variables, started_at, run, mask, client, access_token: None })
    }

    /// Continues a run that the engine has accepted.
    pub fn set_run(&mut self, run: EngineRun) {
        self.variables.run_id = run.run_id.clone();
        self.variables.poll_url = run.poll_url.clone();
        self.run = run;
    }

    /// Stores how many lines of the engine's log were written, if the log of the run had this next sequence number. Call this when the
    /// writing was cut off, before further lines, which would be counted as well.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::store`].
    pub async fn store_written_lines(&mut self, next_seq: i64) -> Result<(), Exit> {
        let Some(lines) = &mut self.run.writing else { return Ok(()) };
        lines.count = lines.count_before(next_seq);
        self.store().await
    }

    /// Prepares a request to the engine, and reads its secrets.
    ///
    /// # Errors
    ///
    /// Fails with the cause, which contains no secret, for the inside of a sentence. Nothing was sent to the engine.
    pub async fn prepare(
        &mut self,
        method: &Method,
        url: &UrlTemplate,
        body: Option<&JsonTemplate>,
    ) -> Result<PreparedRequest, String> {
        let job = self.job;
        let mut sources: Vec<SecretSource> = url.template().secrets().cloned().collect();
        sources.extend(job.headers.iter().flat_map(|(_, value)| value.secrets().cloned()));
        sources.extend(body.into_iter().flat_map(JsonTemplate::secrets));
        let secrets = SecretValues::read(sources).await.map_err(|error| format!("{error:#}"))?;
        secrets.values().for_each(|secret| self.mask.add(secret));
        let url = url.render(&self.variables, &secrets, &job.origin);
        let url = url.map_err(|error| self.mask.mask(&format!("{error:#}")))?;
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("application/json, text/plain;q=0.9, */*;q=0.8"));
        for (name, value) in &job.headers {
            let text = value.render(&self.variables, &secrets);
            let mut text = HeaderValue::from_str(&text)
                .map_err(|_| format!("the header {name} has a character that headers cannot have"))?;
            text.set_sensitive(value.secrets().next().is_some());
            headers.insert(name.clone(), text);
        }
        if let Some(token) = self.authorization().await? {
            headers.insert(AUTHORIZATION, token);
        }
        let body = match body {
            Some(body) => RequestBody::Json(body.render(&self.variables, &secrets)),
            None => RequestBody::Empty,
        };
        Ok(PreparedRequest { method: method.clone(), url, headers, body })
    }

    /// Returns the header with an access token, if the engine needs one.
    async fn authorization(&mut self) -> Result<Option<HeaderValue>, String> {
        let Some(settings) = &self.job.oauth2 else { return Ok(None) };
        if let Some(token) = self.access_token.as_ref().filter(|token| token.is_current()) {
            return Ok(Some(token.header.clone()));
        }
        let token = request_token(&self.client, settings, &mut self.mask).await?;
        let header = token.header.clone();
        self.access_token = Some(token);
        Ok(Some(header))
    }

    /// Sends a prepared request once.
    ///
    /// # Errors
    ///
    /// Fails if there is no complete response. The error contains no secret.
    pub async fn send(&mut self, request: PreparedRequest) -> Result<EngineResponse, SendError> {
        let PreparedRequest { method, url, headers, body } = request;
        let response = self.client.send(method, url, headers, body).await;
        if response.as_ref().is_ok_and(|response| response.status == StatusCode::UNAUTHORIZED) {
            self.access_token = None;
        }
        response
    }

    /// Sends a GET to the engine.
    ///
    /// # Errors
    ///
    /// Fails if there is no complete response. The error contains no secret.
    pub async fn get(&mut self, url: &UrlTemplate) -> Result<EngineResponse, SendError> {
        let request = self.prepare(&Method::GET, url, None).await.map_err(SendError::NotSent)?;
        self.send(request).await
    }

    /// Writes a line to the log of the run.
    pub async fn write(&self, severity: Severity, text: &str) {
        self.context.log.write(severity, self.mask.mask(text)).await;
    }

    /// Returns the exit of a run that failed for this reason.
    pub fn failed(&self, reason: &str) -> Exit {
        Exit::Failed(self.mask.mask(reason))
    }

    /// Stores what is known about the run.
    ///
    /// # Errors
    ///
    /// Fails with the exit of the run if it no longer belongs to this node, or if the gateway stops while the store fails.
    pub async fn store(&self) -> Result<(), Exit> {
        let mut token = ResumeToken::new(self.started_at);
        token.progress = Progress::Started(Box::new(self.run.clone()));
        let link = self.run.link.as_deref();
        match self.context.resumption.store_token(&token.to_text(), link).await {
            true => Ok(()),
            false => Err(Exit::Detached),
        }
    }

    /// Names the run and the place where a person finds it.
    pub fn place(&self) -> String {
        let id = self.variables.run_id_text().map(|id| format!("the run {id}"));
        let id = id.unwrap_or_else(|| "the run".to_owned());
        match (&self.run.link, &self.run.poll_url) {
            (Some(link), _) => format!("{id} ({link})"),
            (None, Some(url)) => format!("{id} ({})", url.split('?').next().unwrap_or_default()),
            (None, None) => format!("{id} at {}", self.job.origin),
        }
    }

    /// Says where a person may find a run whose id is unknown, and what identifies it there.
    pub fn possible_place(&self) -> String {
        let Self { job, variables, .. } = self;
        let start = &job.start.request;
        let is_known = [Variable::TriggerId, Variable::ExecutionId].into_iter().filter(|variable| {
            start.url.template().contains(*variable)
                || start.body.as_ref().is_some_and(|body| body.contains(*variable))
        });
        let ids: Vec<_> = is_known
            .map(|variable| match variable {
                Variable::TriggerId => format!("with the trigger id {}", variables.trigger_id),
                _ => format!("with the execution id {}", variables.execution_id),
            })
            .collect();
        let ids = if ids.is_empty() { "that began at this time".to_owned() } else { ids.join(" and ") };
        let page = match &job.link {
            Some(Link::Template(link)) if !link.contains(Variable::RunId) => {
                link.render(variables, &SecretValues::default())
            }
            _ => start.url.shown().to_owned(),
        };
        format!("Look in the engine for a run {ids} ({page})")
    }
}
