//! Polls the service, so that the archive and the metrics are complete without a caller.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use axum::http::{HeaderMap, StatusCode};
use tempfile::SpooledTempFile;
use tokio::time::{MissedTickBehavior, interval};
use txjobs_sdk::operation::Request;
use txjobs_sdk::types::JobId;
use txjobs_sdk::{ApiKey, paths};
use uuid::Uuid;

use super::archive::{Archive, Content, Entry};
use super::body::RelayedBody;
use super::service::Relay;
use super::upstream_key::HeldKey;
use crate::clock::SharedClock;
use crate::metrics::{record_poll, record_watch_interval};

/// Polls the jobs and executions of the service.
#[derive(Debug)]
pub struct Watch {
    relay: Relay,
    key: Arc<HeldKey>,
    archive: Arc<Archive>,
    clock: SharedClock,
    interval: Duration,
}

impl Watch {
    /// Creates a watch. Returns `None` if the relay has no key or no archive.
    pub fn new(relay: &Relay, clock: SharedClock, interval: Duration) -> Option<Self> {
        let (key, archive) = (relay.key.clone()?, relay.archive.clone()?);
        Some(Self { relay: relay.clone(), key, archive, clock, interval })
    }

    /// Polls now and after each interval. A poll that fails is logged, and the next one tries again.
    pub async fn poll_forever(&self) -> Infallible {
        let mut interval = interval(self.interval);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut was_complete = true;
        // A relay that never sees the service must be late, too.
        record_watch_interval(self.interval);
        record_poll(self.clock.now());
        loop {
            interval.tick().await;
            let result = self.poll().await;
            match &result {
                Ok(()) => {
                    if !was_complete {
                        tracing::info!("the service can be watched again");
                    }
                    record_poll(self.clock.now());
                }
                Err(error) => tracing::warn!("the service cannot be watched: {error:#}"),
            }
            was_complete = result.is_ok();
        }
    }

    /// Archives all jobs and executions of the service, one request after another. A job that fails does not stop the others.
    async fn poll(&self) -> Result<()> {
        let jobs = self.archive_response(&paths::list_jobs(), Content::Jobs).await?;
        let (count, mut failed) = (jobs.len(), 0);
        for job in jobs {
            let request = paths::get_job_logs(JobId(job), None, None);
            if let Err(error) = self.archive_response(&request, Content::Executions(job)).await {
                failed += 1;
                let name = self.archive.job_name(job).await;
                tracing::warn!(job = name, "the executions of a job cannot be watched: {error:#}");
            }
        }
        ensure!(failed == 0, "jobs that failed: {failed} of {count}");
        Ok(())
    }

    async fn archive_response(&self, request: &Request, content: Content) -> Result<Vec<Uuid>> {
        let key = self.key.get();
        let Some(body) = self.read(request, &key).await? else { return Ok(Vec::new()) };
        self.archive.add(Entry { content, body, key }).await
    }

    /// Reads a response. Returns `None` if the job does not exist anymore.
    async fn read(&self, request: &Request, key: &ApiKey) -> Result<Option<SpooledTempFile>> {
        let host = self.relay.upstream.host();
        let sent = self.relay.upstream.send(request, key, HeaderMap::new()).await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => bail!("{}", error.describe(host)),
        };
        match response.response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status => {
                if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                    self.key.read_again();
                }
                bail!("{host} responded to {} with {}", request.operation().id, status.as_u16())
            }
        }
        let body = RelayedBody::new(response, key, self.relay.max_response_bytes).with_copy();
        match body.read_copy().await {
            Ok(Some(copy)) => Ok(Some(copy)),
            Ok(None) => bail!("a temporary file cannot be written"),
            Err(error) => bail!("the response of {host} broke off: {error}"),
        }
    }
}
