//! Caches the list of jobs and the list of their statuses of each organization, ready to be sent.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::http::HeaderName;
use txjobs_sdk::types::{Job, JobId};
use txjobs_store::{OrganizationId, Result, SharedStore, UnfinishedJobs};
use uuid::Uuid;

use super::job_status::job_status;
use super::representation::Representation;
use crate::clock::{Micros, SharedClock, from_timestamp};
use crate::schedule::{ScheduleSet, Schedules};

/// The maximum size of all cached job lists, in bytes. The statuses and the compressed forms of a list need about as much again.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The lists of every organization that was requested. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Lists(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: SharedStore,
    clock: SharedClock,
    schedules: Schedules,
    key_header: HeaderName,
    cached: RwLock<HashMap<OrganizationId, Arc<OrganizationLists>>>,
    /// Held while jobs are read, so that many requests cause one read.
    loading: tokio::sync::Mutex<()>,
}

/// The lists of one organization.
#[derive(Debug)]
struct OrganizationLists {
    /// The version of the catalog before the jobs were read.
    catalog_version: i64,
    /// The schedules that the jobs were shown with.
    schedules: Arc<ScheduleSet>,
    /// From when until when their next due times are the next ones.
    valid: Range<Micros>,
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
    pub fn new(store: SharedStore, clock: SharedClock, schedules: Schedules, key_header: HeaderName) -> Self {
        let (cached, loading) = (RwLock::default(), tokio::sync::Mutex::default());
        Self(Arc::new(Inner { store, clock, schedules, key_header, cached, loading }))
    }

    /// Returns the list of an organization's jobs that is at least as new as this version of the catalog.
    ///
    /// # Errors
    ///
    /// Fails if the store fails.
    pub async fn jobs(
        &self,
        organization: OrganizationId,
        catalog_version: i64,
    ) -> Result<Arc<Representation>> {
        Ok(Arc::clone(&self.get(organization, catalog_version).await?.jobs))
    }

    /// Returns the statuses of an organization's jobs.
    ///
    /// # Errors
    ///
    /// Fails if the store fails.
    pub async fn statuses(
        &self,
        organization: OrganizationId,
        catalog_version: i64,
    ) -> Result<Arc<Representation>> {
        let lists = self.get(organization, catalog_version).await?;
        let unfinished = self.0.store.unfinished_jobs().await?;
        Ok(lists.statuses(&self.0.key_header, unfinished))
    }

    async fn get(
        &self,
        organization: OrganizationId,
        catalog_version: i64,
    ) -> Result<Arc<OrganizationLists>> {
        if let Some(lists) = self.get_current(organization, catalog_version) {
            return Ok(lists);
        }
        let _turn = self.0.loading.lock().await;
        if let Some(lists) = self.get_current(organization, catalog_version) {
            return Ok(lists);
        }
        let jobs = self.0.store.jobs(organization).await?;
        let (schedules, now) = (self.0.schedules.current(), self.0.clock.now());
        let lists = OrganizationLists::new(&self.0.key_header, catalog_version, jobs, schedules, now);
        let lists = Arc::new(lists);
        let mut cached = self.0.cached.write().unwrap_or_else(PoisonError::into_inner);
        cached.remove(&organization);
        if lists.jobs.len() + cached.values().map(|other| other.jobs.len()).sum::<usize>() > MAX_BYTES {
            cached.clear();
        }
        cached.insert(organization, Arc::clone(&lists));
        Ok(lists)
    }

    fn get_current(
        &self,
        organization: OrganizationId,
        catalog_version: i64,
    ) -> Option<Arc<OrganizationLists>> {
        let cached = self.0.cached.read().unwrap_or_else(PoisonError::into_inner);
        let lists = cached.get(&organization)?;
        if !Arc::ptr_eq(&lists.schedules, &self.0.schedules.current())
            || !lists.valid.contains(&self.0.clock.now())
        {
            return None;
        }
        // A list newer than this request's catalog is valid as well: another request has seen a later change.
        (lists.catalog_version >= catalog_version).then(|| Arc::clone(lists))
    }
}

impl OrganizationLists {
    fn new(
        key_header: &HeaderName,
        catalog_version: i64,
        jobs: Vec<(Uuid, String)>,
        schedules: Arc<ScheduleSet>,
        now: Micros,
    ) -> Self {
        let ids = jobs.iter().map(|(id, _)| *id).collect();
        let job = |(id, name)| {
            let schedule = schedules.get(id).map(|job| job.schedule.to_contract(now));
            Job { id: JobId(id), name, schedule }
        };
        let jobs: Vec<_> = jobs.into_iter().map(job).collect();
        let due = jobs.iter().filter_map(|job| job.schedule.as_ref()?.next_due_time.as_ref());
        // Without due times, the clock decides nothing.
        let valid = due.map(from_timestamp).min().map_or(Micros::MIN..Micros::MAX, |due| now..due);
        let jobs = Arc::new(Representation::from_json(key_header, &jobs));
        Self { catalog_version, schedules, valid, ids, jobs, statuses: Mutex::new(None) }
    }

    fn statuses(&self, key_header: &HeaderName, unfinished: Arc<UnfinishedJobs>) -> Arc<Representation> {
        let mut cached = self.statuses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(statuses) = cached.as_ref().filter(|cached| Arc::ptr_eq(&cached.unfinished, &unfinished))
        {
            return Arc::clone(&statuses.list);
        }
        let status = |job: &Uuid| job_status(*job, unfinished.status_of(*job));
        let list = Representation::from_json(key_header, &self.ids.iter().map(status).collect::<Vec<_>>());
        let list = Arc::new(list);
        *cached = Some(Statuses { unfinished, list: Arc::clone(&list) });
        list
    }
}
