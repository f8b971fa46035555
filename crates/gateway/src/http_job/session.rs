//! A run, its engine, and what has become known about it.

use std::sync::Arc;

use reqwest::Url;
use txjobs_sdk::Severity;
use txjobs_store::time::Micros;

use super::client::{EngineResponse, SendError};
use super::engine::{Engine, PreparedRequest};
use super::resume_token::{EngineRun, Progress, ResumeToken};
use super::settings::{HttpJob, Link, RequestSettings};
use super::state_report::StateReport;
use super::template::{UrlTemplate, Variable, Variables};
use crate::request_secrets::SecretValues;
use crate::runner::{Exit, RunContext};

/// A run, its engine, and what has become known about it. It has no `Debug`, because it has secrets.
pub(super) struct Session<'a> {
    pub job: &'a HttpJob,
    pub context: RunContext<'a>,
    pub variables: Variables,
    pub started_at: Micros,
    pub run: EngineRun,
    pub engine: Engine<'a>,
    /// The address of the engine in which the run was started.
    pub engine_address: String,
    /// The report of the engine that the run has ended.
    pub ended: Option<Arc<StateReport>>,
}

impl<'a> Session<'a> {
    /// Creates the session of a run that is new.
    ///
    /// # Errors
    ///
    /// Fails if TLS cannot be used.
    pub async fn new(job: &'a HttpJob, context: RunContext<'a>) -> anyhow::Result<Self> {
        let engine = Engine::new(job).await?;
        let variables = Variables {
            trigger_id: context.run.trigger_id,
            execution_id: context.run.id,
            job_id: context.run.job,
            ..Variables::default()
        };
        let (started_at, run) = (context.clock.now(), EngineRun::default());
        let engine_address = job.engine().to_owned();
        Ok(Self { job, context, variables, started_at, run, engine, engine_address, ended: None })
    }

    /// Continues a run that the engine has accepted.
    pub fn set_run(&mut self, run: EngineRun) {
        self.variables.run_id = run.run_id.clone();
        self.variables.poll_url = run.poll_url.clone();
        self.run = run;
    }

    /// Stores that lines of the engine's log were not written, unless they are before this next sequence number of the log. Call this
    /// when the writing was cut off, before further lines, which would be taken for them.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::store`].
    pub async fn store_unwritten_lines(&mut self, next_seq: i64) -> Result<(), Exit> {
        // Lines that are only queued are still compared with the store after a kill.
        match self.run.forget_unwritten_lines(next_seq) {
            true => self.store().await,
            false => Ok(()),
        }
    }

    /// Stores whether the engine may have the request that cancels the run.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::store`].
    pub async fn note_cancel(&mut self, is_sent: bool) -> Result<(), Exit> {
        self.run.is_cancel_sent = is_sent;
        self.store().await
    }

    /// Sends a GET to the engine.
    ///
    /// # Errors
    ///
    /// Fails like [`Engine::get`].
    pub async fn get(&mut self, url: &UrlTemplate) -> Result<EngineResponse, SendError> {
        self.engine.get(&self.variables, url).await
    }

    /// Prepares a request to the engine.
    ///
    /// # Errors
    ///
    /// Fails like [`Engine::prepare`].
    pub async fn prepare(&mut self, request: &RequestSettings) -> Result<PreparedRequest, String> {
        let RequestSettings { method, url, body, .. } = request;
        self.engine.prepare(&self.variables, method, url, body.as_ref()).await
    }

    /// Writes a line to the log of the run.
    pub async fn write(&self, severity: Severity, text: &str) {
        self.context.log.write(severity, self.engine.mask.mask(text)).await;
    }

    /// Returns the exit of a run that failed for this reason.
    pub fn failed(&self, reason: &str) -> Exit {
        Exit::Failed(self.engine.mask.mask(reason))
    }

    /// Stores what is known about the run.
    ///
    /// # Errors
    ///
    /// Fails with the exit of the run if it no longer belongs to this node, or if the gateway stops while the store fails.
    pub async fn store(&self) -> Result<(), Exit> {
        let mut token = ResumeToken::new(self.started_at, &self.engine_address);
        token.progress = Progress::Started(Box::new(self.run.clone()));
        let link = self.run.link.as_deref();
        match self.context.resumption.store_token(&token.to_text(), &self.place(), link).await {
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
            (None, None) => format!("{id} at {}", self.origin()),
        }
    }

    /// Returns the origin of the engine in which the run was started.
    fn origin(&self) -> String {
        Url::parse(&self.engine_address)
            .map_or_else(|_| self.engine_address.clone(), |url| url.origin().ascii_serialization())
    }

    /// Says where a person may find a run whose id is unknown, and what identifies it there.
    pub fn possible_place(&self) -> String {
        let Self { job, variables, .. } = self;
        let start = &job.start.request;
        let is_known = [Variable::TriggerId, Variable::ExecutionId].into_iter().filter(|variable| {
            // A run that a schedule started has no trigger id.
            let has_value = *variable != Variable::TriggerId || !variables.trigger_id.is_nil();
            has_value
                && (start.url.template().contains(*variable)
                    || start.body.as_ref().is_some_and(|body| body.contains(*variable)))
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
