//! Tests of run requests that are committed together.

use std::pin::pin;

use futures::future::join_all;
use futures::poll;
use uuid::Uuid;

use super::test_store::{TestStore, organization};
use crate::{CatalogStore, OrganizationStore};

const JOBS: usize = 20;

/// Returns a store with an organization of [`JOBS`] jobs.
async fn store_with_jobs() -> (TestStore, Vec<Uuid>) {
    let test = TestStore::new().await;
    let jobs: Vec<Uuid> = (0..JOBS).map(|_| Uuid::new_v4()).collect();
    test.store.declare(&[organization("Many", &jobs)]).await.unwrap();
    (test, jobs)
}

async fn pending(test: &TestStore) -> usize {
    test.store.unfinished_jobs().await.unwrap().ids().count()
}

#[tokio::test]
async fn waiting_requests_share_one_commit() {
    let (test, jobs) = store_with_jobs().await;
    let before = test.store.changes.commits();
    let guard = test.store.writer.lock().await.unwrap();
    let requests = jobs.iter().map(|job| test.request_run(*job));
    let mut all = pin!(join_all(requests));
    assert!(poll!(all.as_mut()).is_pending());
    drop(guard);
    assert!(all.await.into_iter().all(|accepted| accepted.unwrap()));
    assert_eq!(test.store.changes.commits(), before + 1);
    assert_eq!(pending(&test).await, JOBS);
}

#[tokio::test]
async fn concurrent_requests_of_one_job_accept_exactly_one() {
    let (test, jobs) = store_with_jobs().await;
    let guard = test.store.writer.lock().await.unwrap();
    let requests = (0..JOBS).map(|_| test.request_run(jobs[0]));
    let mut all = pin!(join_all(requests));
    assert!(poll!(all.as_mut()).is_pending());
    drop(guard);
    assert_eq!(all.await.into_iter().filter(|accepted| *accepted.as_ref().unwrap()).count(), 1);
}

#[tokio::test]
async fn request_that_violates_a_constraint_fails_alone() {
    let (test, mut jobs) = store_with_jobs().await;
    jobs.insert(JOBS / 2, Uuid::from_u128(7));
    let guard = test.store.writer.lock().await.unwrap();
    let requests = jobs.iter().map(|job| test.request_run(*job));
    let mut all = pin!(join_all(requests));
    assert!(poll!(all.as_mut()).is_pending());
    drop(guard);
    for (n, accepted) in all.await.into_iter().enumerate() {
        assert_eq!(accepted.is_ok_and(|is_accepted| is_accepted), n != JOBS / 2, "{n}");
    }
    assert_eq!(pending(&test).await, JOBS);
}

#[tokio::test]
async fn failed_commit_fails_every_request_of_the_transaction() {
    let (test, jobs) = store_with_jobs().await;
    test.fail_next_commit().await;
    let guard = test.store.writer.lock().await.unwrap();
    let requests = jobs.iter().map(|job| test.request_run(*job));
    let mut all = pin!(join_all(requests));
    assert!(poll!(all.as_mut()).is_pending());
    drop(guard);
    assert!(all.await.into_iter().all(|accepted| accepted.is_err()));
    assert_eq!(pending(&test).await, 0);
    for job in jobs {
        assert!(test.request_run(job).await.unwrap());
    }
}

#[tokio::test]
async fn request_of_a_dropped_caller_is_not_written() {
    let (test, jobs) = store_with_jobs().await;
    let guard = test.store.writer.lock().await.unwrap();
    {
        let request = pin!(test.request_run(jobs[0]));
        assert!(poll!(request).is_pending());
    }
    let mut next = pin!(test.request_run(jobs[1]));
    assert!(poll!(next.as_mut()).is_pending());
    drop(guard);
    assert!(next.await.unwrap());
    let unfinished = test.store.unfinished_jobs().await.unwrap();
    assert_eq!(unfinished.ids().collect::<Vec<_>>(), [jobs[1]]);
}
