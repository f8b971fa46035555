//! A run, its Job, and what has become known about it.

use std::time::Duration;

use txjobs_sdk::Severity;

use super::cluster::Cluster;
use super::job_object::{job_name, pod_selector};
use super::pod_log::{LogLine, LogPosition};
use super::resume_token::ResumeToken;
use super::settings::KubernetesJob;
use crate::runner::{Exit, RunContext};

/// The longest time between two notes of how far the log is in the store.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(2);

/// A run, its Job, and what has become known about it. It has no `Debug`, because it has credentials.
pub(super) struct Session<'a> {
    pub job: &'a KubernetesJob,
    pub context: RunContext<'a>,
    pub cluster: Cluster,
    pub job_name: String,
    pub token: ResumeToken,
    /// The requests that create the Job. `None`: the run has sent none.
    pub create_requests: Option<CreateRequests>,
    /// The next lines of the pod, which an earlier node has written after its last checkpoint.
    known_lines: i64,
    checkpoint_at: tokio::time::Instant,
}

/// The requests that create a Job, of which a node may not have the responses.
#[derive(Debug)]
pub(super) struct CreateRequests {
    /// When the latest one was sent.
    pub latest: tokio::time::Instant,
    pub are_several: bool,
}

impl<'a> Session<'a> {
    /// Creates the session of a run whose Job does not exist yet.
    pub fn new(job: &'a KubernetesJob, context: RunContext<'a>, cluster: Cluster) -> Self {
        let (now, next_seq) = (context.clock.now(), context.log.next_seq());
        let token = ResumeToken::new(now, cluster.address(), cluster.namespace.clone(), job.keep, next_seq);
        let job_name = job_name(context.run);
        Self {
            job,
            context,
            cluster,
            job_name,
            token,
            create_requests: None,
            known_lines: 0,
            checkpoint_at: tokio::time::Instant::now(),
        }
    }

    /// Continues a run of an earlier node.
    pub fn continue_from(&mut self, token: ResumeToken) {
        self.known_lines = token.written_before(self.context.log.first_seq());
        self.cluster.namespace.clone_from(&token.namespace);
        self.token = token;
        self.token.limit_keep(self.job.keep);
        // An earlier node may have sent some just before.
        self.create_requests =
            Some(CreateRequests { latest: tokio::time::Instant::now(), are_several: true });
    }

    /// Notes that a request that creates the Job is about to be sent.
    pub fn note_create_request(&mut self) {
        let are_several = self.create_requests.is_some();
        self.create_requests = Some(CreateRequests { latest: tokio::time::Instant::now(), are_several });
    }

    /// Returns the selector of the pods of the run.
    pub fn pod_selector(&self) -> String {
        pod_selector(self.context.run.unique_id())
    }

    /// Names the Job, for the inside of a sentence.
    pub fn place(&self) -> String {
        let job = format!("the Job {} in the namespace {}", self.job_name, self.cluster.namespace);
        match self.link() {
            Some(link) => format!("{job} ({link})"),
            None => job,
        }
    }

    /// Writes a line of the gateway's own.
    ///
    /// # Errors
    ///
    /// Fails with the exit of the run if it no longer belongs to this node.
    pub async fn write(&mut self, severity: Severity, text: String) -> Result<(), Exit> {
        self.note_severity(severity);
        // Otherwise the line would count as one of the pod after a kill.
        self.store(1).await?;
        self.context.log.write(severity, text).await;
        Ok(())
    }

    /// Writes a line of the pod, unless an earlier node has written it.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::write`].
    pub async fn write_pod_line(&mut self, line: LogLine) -> Result<(), Exit> {
        let severity = self.severity(&line.text);
        self.note_severity(severity);
        if self.known_lines > 0 {
            self.known_lines -= 1;
        } else {
            self.context.log.write(severity, line.text).await;
        }
        self.token.log.add(line.second);
        if self.checkpoint_at.elapsed() >= CHECKPOINT_INTERVAL {
            self.store(0).await?;
        }
        Ok(())
    }

    /// Begins with the log of another pod.
    pub fn forget_log(&mut self) {
        self.token.log = LogPosition::default();
        self.known_lines = 0;
    }

    /// Stores what is known about the run.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::write`].
    pub async fn checkpoint(&mut self) -> Result<(), Exit> {
        self.store(0).await
    }

    /// Stores what is known about the run. `own_lines` is how many of the lines that come next are not of the pod.
    async fn store(&mut self, own_lines: i64) -> Result<(), Exit> {
        // Otherwise the token would say of queued lines that they are in the store.
        self.context.log.flush().await;
        self.token.next_seq = self.context.log.next_seq() + own_lines;
        self.token.written = self.known_lines;
        self.checkpoint_at = tokio::time::Instant::now();
        match self
            .context
            .resumption
            .store_token(&self.token.to_text(), &self.place(), self.link().as_deref())
            .await
        {
            true => Ok(()),
            false => Err(Exit::Detached),
        }
    }

    fn link(&self) -> Option<String> {
        self.job.link.as_ref()?.render(&self.cluster.namespace, &self.job_name, self.token.pod.as_deref())
    }

    fn note_severity(&mut self, severity: Severity) {
        self.token.worst = self.token.worst.max(severity.number());
    }

    fn severity(&self, line: &str) -> Severity {
        // Without colors, as with a command.
        let plain = anstream::adapter::strip_str(line).to_string();
        if self.job.error.is_match(&plain) {
            Severity::Error
        } else if self.job.warning.is_match(&plain) {
            Severity::Warning
        } else {
            Severity::Information
        }
    }
}
