//! Keeps the jobs and executions that have passed, so that the history outlives that of the service.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use futures::{StreamExt, stream};
use tempfile::SpooledTempFile;
use tokio::sync::{Mutex, mpsc};
use tokio::task::spawn_blocking;
use txjobs_sdk::types::{JobExecution, JobExecutionLog};
use txjobs_sdk::{ApiKey, decode, types};
use txjobs_store::{
    ArchivedRun, ErrorKind, Job, Line, LineBatches, Organization, OrganizationId, Selection, SharedStore,
};
use uuid::Uuid;

use super::outline::{OutlinedExecution, read_executions, read_lines};
use crate::clock::{Micros, SharedClock, from_timestamp};
use crate::metrics::{FINAL_STATES, RunMetrics};

/// The most responses that wait to be archived. Further ones are dropped; the same executions usually pass again.
const MAX_WAITING: usize = 32;
/// The most bytes of a list of jobs. A longer one is cut off, and is then not valid.
const MAX_LIST_BYTES: u64 = 64 * 1024 * 1024;
/// The number of batches of lines that wait for the store.
const MAX_BATCHES: usize = 4;

/// The most executions of a response that are archived at once, so that one job does not hold up the others. Older ones follow when
/// they pass again.
const MAX_NEW_RUNS: usize = 1000;
/// The longest text of an error in the log. It may quote what the service sent.
const MAX_ERROR_LENGTH: usize = 300;
/// The longest address of a page about an execution. A longer one is not archived.
const MAX_LINK_LENGTH: usize = 2000;

/// A response that is archived.
#[derive(Debug)]
pub struct Entry {
    /// What it contains.
    pub content: Content,
    /// The body.
    pub body: SpooledTempFile,
    /// The key with which it was requested. It is removed from texts that the service wrote, also where it was escaped in JSON.
    pub key: ApiKey,
}

/// The content of a response.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// A list of jobs.
    Jobs,
    /// Executions of a job with all their lines.
    Executions(Uuid),
}

/// The jobs and executions that have passed. They belong to the organization of the relay.
#[derive(Debug)]
pub struct Archive {
    store: SharedStore,
    clock: SharedClock,
    metrics: RunMetrics,
    name: String,
    /// The organization in the store.
    pub organization: OrganizationId,
    queue: mpsc::Sender<Entry>,
    jobs: Mutex<HashMap<Uuid, ArchivedJob>>,
}

/// What the archive has of a job.
#[derive(Debug)]
struct ArchivedJob {
    name: String,
    /// The executions that are archived.
    executions: HashSet<Uuid>,
    /// The end of the newest execution that was known when the relay first saw the job. Later ones are counted in the metrics; the
    /// older ones are history. `None`: no response with the history has passed.
    counted_after: Option<Micros>,
}

impl Archive {
    /// Makes the organization of the relay the active one, with the jobs that it had. Returns the archive and the entries of its
    /// queue, for [`work_forever`](Self::work_forever).
    ///
    /// # Errors
    ///
    /// Fails if the store fails.
    pub async fn open(
        store: SharedStore,
        clock: SharedClock,
        metrics: RunMetrics,
        name: &str,
    ) -> Result<(Arc<Self>, mpsc::Receiver<Entry>)> {
        let known = match store.organization_id(name).await? {
            Some(organization) => store.jobs(organization).await?,
            None => Vec::new(),
        };
        declare(&store, name, &known).await?;
        let organization = store
            .organization_id(name)
            .await?
            .context("The organization of the relay is missing in the store")?;
        let mut jobs = HashMap::new();
        let now = clock.now();
        for (id, name) in known {
            let all = Selection::Newest { limit: None, with_lines: false };
            let executions = store.executions(id, all).await?;
            // A time in the future would stop the count.
            let ends = executions.iter().filter_map(|execution| execution.ended_at);
            let counted_after = ends.map(|ended_at| ended_at.min(now)).max();
            let executions = executions.into_iter().map(|execution| execution.id).collect();
            jobs.insert(id, ArchivedJob { name, executions, counted_after });
        }
        metrics.set_jobs(names(name, &jobs));
        let (queue, entries) = mpsc::channel(MAX_WAITING);
        let name = name.to_owned();
        let archive = Self { store, clock, metrics, name, organization, queue, jobs: Mutex::new(jobs) };
        Ok((Arc::new(archive), entries))
    }

    /// Adds a response to the queue. A caller does not wait for the archive.
    pub fn queue(&self, entry: Entry) {
        if self.queue.try_send(entry).is_err() {
            tracing::warn!("a response was not archived: too many wait for the database");
        }
    }

    /// Archives the entries of the queue.
    pub async fn work_forever(&self, mut entries: mpsc::Receiver<Entry>) -> std::convert::Infallible {
        loop {
            match entries.recv().await {
                Some(entry) => {
                    if let Err(error) = self.add(entry).await {
                        tracing::warn!("a response was not archived: {error}");
                    }
                }
                None => std::future::pending().await,
            }
        }
    }

    /// Archives a response. Returns the ids of the jobs in a list of jobs.
    ///
    /// # Errors
    ///
    /// Fails if the response is not what the contract says, or if the store fails. Executions before the failure are archived. The
    /// text of the error has the causes, is short, and does not contain the key.
    pub async fn add(&self, entry: Entry) -> Result<Vec<Uuid>> {
        let Entry { content, body, key } = entry;
        let added = match content {
            Content::Jobs => self.add_jobs(body, &key).await,
            Content::Executions(job) => self.add_executions(job, body, &key).await.map(|()| Vec::new()),
        };
        added.map_err(|error| {
            let kind = error.downcast_ref::<txjobs_store::Error>().map(txjobs_store::Error::kind);
            match kind {
                Some(ErrorKind::Conflict) => anyhow!(
                    "a job of the service belongs to another organization of the database. Set the earlier `name` in `[relay]` again, or \
                     use another database"
                ),
                _ => anyhow!(shortened(&key.mask(&format!("{error:#}")))),
            }
        })
    }

    /// Returns the name of a job for people.
    pub async fn job_name(&self, job: Uuid) -> String {
        let jobs = self.jobs.lock().await;
        jobs.get(&job).map_or_else(|| job.to_string(), |job| job.name.clone())
    }

    async fn add_jobs(&self, mut body: SpooledTempFile, key: &ApiKey) -> Result<Vec<Uuid>> {
        let bytes = spawn_blocking(move || {
            let mut bytes = Vec::new();
            body.seek(SeekFrom::Start(0))?;
            body.take(MAX_LIST_BYTES).read_to_end(&mut bytes)?;
            Ok::<_, io::Error>(bytes)
        });
        let bytes = bytes.await??;
        let list: Vec<types::Job> = decode::json(&bytes).context("the list of jobs is not valid")?;
        let list: Vec<_> = list.into_iter().map(|job| (job.id.0, key.mask(&job.name))).collect();
        let mut jobs = self.jobs.lock().await;
        let is_known = |(id, name): &(Uuid, String)| jobs.get(id).is_some_and(|job| job.name == *name);
        if !list.iter().all(is_known) {
            // In the order of the service, then those that the service does not have anymore.
            let mut all = list.clone();
            let listed: HashSet<Uuid> = list.iter().map(|(id, _)| *id).collect();
            all.extend(
                jobs.iter().filter(|(id, _)| !listed.contains(id)).map(|(id, job)| (*id, job.name.clone())),
            );
            declare(&self.store, &self.name, &all).await?;
            for (id, name) in &list {
                let new =
                    ArchivedJob { name: String::new(), executions: HashSet::new(), counted_after: None };
                jobs.entry(*id).or_insert(new).name.clone_from(name);
            }
            self.metrics.set_jobs(names(&self.name, &jobs));
        }
        Ok(list.into_iter().map(|(id, _)| id).collect())
    }

    async fn add_executions(&self, job: Uuid, mut body: SpooledTempFile, key: &ApiKey) -> Result<()> {
        let outline = spawn_blocking(move || read_executions(&mut body).map(|executions| (executions, body)));
        let (executions, mut body) = outline.await?.context("the list of executions is not valid")?;
        let mut jobs = self.jobs.lock().await;
        if !jobs.contains_key(&job) {
            if executions.is_empty() {
                return Ok(());
            }
            // Its name comes with the list of jobs.
            let name = job.to_string();
            let known: Vec<_> = jobs.iter().map(|(id, job)| (*id, job.name.clone())).collect();
            declare(&self.store, &self.name, &[known, vec![(job, name.clone())]].concat()).await?;
            jobs.insert(job, ArchivedJob { name, executions: HashSet::new(), counted_after: None });
        }
        let known = jobs.get_mut(&job).expect("inserted above");
        let mut new: Vec<OutlinedExecution> = executions
            .into_iter()
            .filter(|OutlinedExecution { execution, .. }| {
                execution.state.is_final()
                    && execution.job_id.0 == job
                    && !execution.id.is_nil()
                    && !known.executions.contains(&execution.id)
            })
            .collect();
        // So that a later execution has a higher number in the store, whatever the order of the service.
        new.sort_by_key(|outlined| {
            outlined.execution.create_time.map_or(Micros::MIN, |time| from_timestamp(&time))
        });
        let skipped = new.len().saturating_sub(MAX_NEW_RUNS);
        let now = self.clock.now();
        let mut newest = known.counted_after.unwrap_or(Micros::MIN);
        for OutlinedExecution { start, execution } in new.into_iter().skip(skipped) {
            let mut run = archived_run(&execution, now, key);
            let is_final = FINAL_STATES.contains(&run.state);
            run.is_history = !is_final || known.counted_after.is_none_or(|time| run.ended_at <= time);
            let is_new;
            (is_new, body) = self.add_run(&run, start, body, key).await?;
            known.executions.insert(run.id);
            // A time in the future would stop the count, and hide that a job is late.
            let ended_at = run.ended_at.min(now);
            newest = newest.max(ended_at);
            if !is_final {
                continue;
            }
            if is_new && !run.is_history {
                let duration = ended_at.checked_sub(run.created_at).and_then(|time| u64::try_from(time).ok());
                self.metrics.record_end(job, run.state, ended_at, duration.map(Duration::from_micros));
            } else {
                self.metrics.record_earlier_end(job, run.state, ended_at);
            }
        }
        known.counted_after = known.counted_after.or(Some(newest));
        Ok(())
    }

    /// Archives one execution, whose JSON starts at a position of the body. Returns whether it is new, and the body.
    async fn add_run(
        &self,
        run: &ArchivedRun,
        start: u64,
        mut body: SpooledTempFile,
        key: &ApiKey,
    ) -> Result<(bool, SpooledTempFile)> {
        let (sender, receiver) = mpsc::channel(MAX_BATCHES);
        let (created_at, key) = (run.created_at, key.clone());
        let reading = spawn_blocking(move || {
            let read = read_lines(&mut body, start, |lines| {
                let lines = lines.into_iter().map(|line| archived_line(line, created_at, &key)).collect();
                sender.blocking_send(Ok(lines)).is_ok()
            });
            if let Err(error) = read {
                // The receiver ends with the first error of the store.
                let _ = sender.blocking_send(Err(error));
            }
            body
        });
        let lines: LineBatches = stream::unfold(receiver, async |mut receiver| {
            let batch = receiver.recv().await?;
            Some((batch, receiver))
        })
        .boxed();
        let is_new = self.store.archive_run(run, lines).await;
        let body = reading.await?;
        Ok((is_new?, body))
    }
}

/// Returns the names of the jobs for the metrics.
fn names<'a>(
    organization: &'a str,
    jobs: &'a HashMap<Uuid, ArchivedJob>,
) -> impl Iterator<Item = (Uuid, &'a str, &'a str)> {
    jobs.iter().map(move |(id, job)| (*id, organization, &*job.name))
}

/// Makes the organization of the relay the active one, with these jobs.
async fn declare(store: &SharedStore, name: &str, jobs: &[(Uuid, String)]) -> Result<()> {
    let jobs = jobs.iter().map(|(id, name)| Job { id: *id, name: name.clone() }).collect();
    Ok(store.declare(&[Organization { name: name.to_owned(), jobs }]).await?)
}

/// A service may leave out times. The time of the other end, or else the current time, stands for a missing one.
fn archived_run(execution: &JobExecution, now: Micros, key: &ApiKey) -> ArchivedRun {
    let created_at = execution.create_time.map(|time| from_timestamp(&time));
    let ended_at = execution.end_time.map(|time| from_timestamp(&time));
    ArchivedRun {
        id: execution.id.0,
        job: execution.job_id.0,
        trigger_id: execution.trigger_id.map(|id| id.0).unwrap_or_default(),
        starter: execution.started_by,
        link: execution
            .external_link
            .as_deref()
            .filter(|link| link.len() <= MAX_LINK_LENGTH)
            .map(|link| key.mask(link)),
        state: execution.state,
        created_at: created_at.or(ended_at).unwrap_or(now),
        ended_at: ended_at.or(created_at).unwrap_or(now),
        is_history: false,
    }
}

fn archived_line(line: JobExecutionLog, created_at: Micros, key: &ApiKey) -> Line {
    let time = line.time_stamp.map_or(created_at, |time| from_timestamp(&time));
    Line { time, severity: line.severity, message: key.mask(&line.message) }
}

/// Cuts a text that may quote megabytes of a response.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_ERROR_LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
