//! Requests of runs that are committed together.

use std::pin::pin;

use futures::future::join_all;
use futures::poll;

use super::*;

const JOBS: usize = 20;

async fn fixture() -> (Fixture, Vec<Uuid>) {
    let fixture = Fixture::new().await;
    let jobs: Vec<Uuid> = (0..JOBS).map(|_| Uuid::new_v4()).collect();
    fixture.store.declare(&[organization("Many", &jobs)]).await.unwrap();
    (fixture, jobs)
}

async fn pending(fixture: &Fixture) -> usize {
    fixture.store.busy_jobs().await.unwrap().len()
}

#[tokio::test]
async fn requests_that_wait_share_one_commit() {
    let (fixture, jobs) = fixture().await;
    let before = fixture.store.changes.commits();
    let turn = fixture.store.writer.slot().await;
    let requests = jobs.iter().map(|job| fixture.store.request_run(*job, Uuid::new_v4(), 1, false));
    let mut all = pin!(join_all(requests));
    assert!(poll!(all.as_mut()).is_pending());
    drop(turn);
    assert!(all.await.into_iter().all(|accepted| accepted.unwrap()));
    assert_eq!(fixture.store.changes.commits(), before + 1);
    assert_eq!(pending(&fixture).await, JOBS);
}

#[tokio::test]
async fn requests_of_one_job_in_one_transaction_accept_one() {
    let (fixture, jobs) = fixture().await;
    let turn = fixture.store.writer.slot().await;
    let requests = (0..JOBS).map(|_| fixture.store.request_run(jobs[0], Uuid::new_v4(), 1, false));
    let mut all = pin!(join_all(requests));
    assert!(poll!(all.as_mut()).is_pending());
    drop(turn);
    assert_eq!(all.await.into_iter().filter(|accepted| *accepted.as_ref().unwrap()).count(), 1);
}

#[tokio::test]
async fn request_that_violates_a_constraint_fails_alone() {
    let (fixture, mut jobs) = fixture().await;
    jobs.insert(JOBS / 2, Uuid::from_u128(7));
    let turn = fixture.store.writer.slot().await;
    let requests = jobs.iter().map(|job| fixture.store.request_run(*job, Uuid::new_v4(), 1, false));
    let mut all = pin!(join_all(requests));
    assert!(poll!(all.as_mut()).is_pending());
    drop(turn);
    for (n, accepted) in all.await.into_iter().enumerate() {
        assert_eq!(accepted.is_ok_and(|is_accepted| is_accepted), n != JOBS / 2, "{n}");
    }
    assert_eq!(pending(&fixture).await, JOBS);
}

#[tokio::test]
async fn failed_commit_fails_every_request_of_the_transaction() {
    let (fixture, jobs) = fixture().await;
    fixture.fail_next_commit().await;
    let turn = fixture.store.writer.slot().await;
    let requests = jobs.iter().map(|job| fixture.store.request_run(*job, Uuid::new_v4(), 1, false));
    let mut all = pin!(join_all(requests));
    assert!(poll!(all.as_mut()).is_pending());
    drop(turn);
    assert!(all.await.into_iter().all(|accepted| accepted.is_err()));
    assert_eq!(pending(&fixture).await, 0);
    for job in jobs {
        assert!(fixture.store.request_run(job, Uuid::new_v4(), 1, false).await.unwrap());
    }
}

#[tokio::test]
async fn request_of_a_dropped_caller_starts_nothing() {
    let (fixture, jobs) = fixture().await;
    let turn = fixture.store.writer.slot().await;
    {
        let request = pin!(fixture.store.request_run(jobs[0], Uuid::new_v4(), 1, false));
        assert!(poll!(request).is_pending());
    }
    let mut next = pin!(fixture.store.request_run(jobs[1], Uuid::new_v4(), 1, false));
    assert!(poll!(next.as_mut()).is_pending());
    drop(turn);
    assert!(next.await.unwrap());
    assert_eq!(fixture.store.busy_jobs().await.unwrap(), [jobs[1]]);
}

#[test]
fn copies_of_an_error_have_its_kind() {
    use std::io::ErrorKind as Io;
    for kind in [Io::StorageFull, Io::ReadOnlyFilesystem, Io::NotFound, Io::Other] {
        let error = sqlx::Error::Io(std::io::Error::new(kind, "text"));
        let copy = crate::requests::copy_of(&error);
        assert_eq!(crate::ErrorKind::of(&copy), crate::ErrorKind::of(&error));
        assert!(copy.to_string().contains("text"));
    }
    let copy = crate::requests::copy_of(&sqlx::Error::PoolTimedOut);
    assert_eq!(crate::ErrorKind::of(&copy), crate::ErrorKind::Busy);
}
