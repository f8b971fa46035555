//! What every store does, tested on SQLite, on PostgreSQL, and on PostgreSQL through PgBouncer.

#![allow(
    clippy::unwrap_used,
    reason = "a failed unwrap fails the test; the lint ignores test functions only, not their helpers"
)]

/// Declares tests that each store must pass.
macro_rules! conformance {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&crate::test_store::TestStore::sqlite().await).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&crate::test_store::TestStore::postgres().await).await;
            })*
        }

        mod pgbouncer {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&crate::test_store::TestStore::pgbouncer().await).await;
            })*
        }
    };
}

mod archive;
mod executions;
mod keys;
mod lines;
mod nodes;
mod notifications;
mod organizations;
mod retention;
mod runs;
mod schedules;
mod schema;
mod test_store;
