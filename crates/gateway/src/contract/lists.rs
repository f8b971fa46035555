//! Caches the list of jobs and the list of their statuses of each organization, ready to be sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::http::HeaderName;
use txjobs_sdk::types::{Job, JobId};
use uuid::Uuid;

use super::representation::Representation;
use super::{Caller, get_job_status};
use txjobs_store::{OrganizationId, Result, Store, UnfinishedJobs};

/// The most bytes of job lists that are kept. The statuses and the compressed forms of a list take about as much again.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The lists of every organization that was requested. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Lists(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    kept: RwLock<HashMap<OrganizationId, Arc<OrganizationLists>>>,
    /// Held while jobs are read, so that many requests cause one read.
    loading: tokio::sync::Mutex<()>,
}

/// The lists of one organization.
#[derive(Debug)]
struct OrganizationLists {
    /// The version of the catalog before the jobs were read.
    catalog_version: i64,
    ids: Vec<Uuid>,
    jobs: Arc<Representation>,
    statuses: Mutex<Option<Statuses>>,
}

/// The statuses, and the set of unfinished jobs that they were made from.
#[derive(Debug)]
struct Statuses {
    unfinished: Arc<UnfinishedJobs>,
    list: Arc<Representation>,
}

impl Lists {
    /// Returns the list of the caller's jobs.
    ///
    /// # Errors
    ///
    /// Fails if the store does not answer.
    pub async fn jobs(
        &self,
        store: &Store,
        key_header: &HeaderName,
        caller: Caller,
    ) -> Result<Arc<Representation>> {
        Ok(Arc::clone(&self.of(store, key_header, caller).await?.jobs))
    }

    /// Returns the statuses of the caller's jobs.
    ///
    /// # Errors
    ///
    /// Fails if the store does not answer.
    pub async fn statuses(
        &self,
        store: &Store,
        key_header: &HeaderName,
        caller: Caller,
    ) -> Result<Arc<Representation>> {
        let lists = self.of(store, key_header, caller).await?;
        let unfinished = store.unfinished_jobs().await?;
        Ok(lists.statuses(key_header, unfinished))
    }

    async fn of(
        &self,
        store: &Store,
        key_header: &HeaderName,
        caller: Caller,
    ) -> Result<Arc<OrganizationLists>> {
        if let Some(lists) = self.if_current(caller) {
            return Ok(lists);
        }
        let _turn = self.0.loading.lock().await;
        if let Some(lists) = self.if_current(caller) {
            return Ok(lists);
        }
        let jobs = store.jobs(caller.organization).await?;
        let lists = Arc::new(OrganizationLists::new(key_header, caller.catalog_version, jobs));
        let mut kept = self.0.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.remove(&caller.organization);
        if lists.jobs.len() + kept.values().map(|other| other.jobs.len()).sum::<usize>() > MAX_BYTES {
            kept.clear();
        }
        kept.insert(caller.organization, Arc::clone(&lists));
        Ok(lists)
    }

    fn if_current(&self, caller: Caller) -> Option<Arc<OrganizationLists>> {
        let kept = self.0.kept.read().unwrap_or_else(PoisonError::into_inner);
        let lists = kept.get(&caller.organization)?;
        // A list newer than this request's catalog is valid as well: another request has seen a later change.
        (lists.catalog_version >= caller.catalog_version).then(|| Arc::clone(lists))
    }
}

impl OrganizationLists {
    fn new(key_header: &HeaderName, catalog_version: i64, jobs: Vec<(Uuid, String)>) -> Self {
        let ids = jobs.iter().map(|(id, _)| *id).collect();
        let jobs: Vec<_> = jobs.into_iter().map(|(id, name)| Job { id: JobId(id), name }).collect();
        let jobs = Arc::new(Representation::of_json(key_header, &jobs));
        Self { catalog_version, ids, jobs, statuses: Mutex::new(None) }
    }

    fn statuses(&self, key_header: &HeaderName, unfinished: Arc<UnfinishedJobs>) -> Arc<Representation> {
        let mut kept = self.statuses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(statuses) = kept.as_ref().filter(|kept| Arc::ptr_eq(&kept.unfinished, &unfinished)) {
            return Arc::clone(&statuses.list);
        }
        let body = |job: &Uuid| get_job_status::body(*job, unfinished.status_of(*job));
        let list = Representation::of_json(key_header, &self.ids.iter().map(body).collect::<Vec<_>>());
        let list = Arc::new(list);
        *kept = Some(Statuses { unfinished, list: Arc::clone(&list) });
        list
    }
}
