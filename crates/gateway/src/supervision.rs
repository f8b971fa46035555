//! Keeps tasks running whose own code fails.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// The pause before a task begins anew, so that a panic that repeats does not take all the time.
const RESTART_DELAY: Duration = Duration::from_secs(5);

/// Runs a task, and begins it anew after a panic, until it ends by itself or `stop` is canceled.
///
/// The process goes on, because ending it would end the runs of all jobs with it, and would end them again after each restart if the
/// panic repeats. The task must be one that can continue from the store.
pub(crate) async fn keep_running<F>(name: &str, stop: &CancellationToken, mut start: impl FnMut() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        match AbortOnDropHandle::new(tokio::spawn(start())).await {
            Err(panic) if panic.is_panic() => {
                tracing::error!(%panic, "the gateway's own code failed in the {name}, which begins anew. Please report this");
            }
            Ok(()) | Err(_) => return,
        }
        tokio::select! {
            () = sleep(RESTART_DELAY) => {}
            () = stop.cancelled() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn task_begins_anew_after_each_panic_until_it_ends() {
        let (starts, stop) = (Arc::new(AtomicUsize::new(0)), CancellationToken::new());
        let start = || {
            let number = starts.fetch_add(1, Ordering::SeqCst);
            async move { assert!(number >= 3, "a panic that this test causes") }
        };
        keep_running("test", &stop, start).await;
        assert_eq!(starts.load(Ordering::SeqCst), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn stop_ends_the_pause_after_a_panic() {
        let stop = CancellationToken::new();
        let (starts, token) = (Arc::new(AtomicUsize::new(0)), stop.clone());
        let start = || {
            starts.fetch_add(1, Ordering::SeqCst);
            token.cancel();
            async { panic!("a panic that this test causes") }
        };
        keep_running("test", &stop, start).await;
        assert_eq!(starts.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn dropped_supervision_ends_the_task() {
        let (stop, ended) = (CancellationToken::new(), CancellationToken::new());
        let started = CancellationToken::new();
        let (guard, begun) =
            (Arc::new(std::sync::Mutex::new(Some(ended.clone().drop_guard()))), started.clone());
        let start = move || {
            let (guard, begun) = (guard.lock().unwrap().take(), begun.clone());
            async move {
                let _guard = guard;
                begun.cancel();
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = keep_running("test", &stop, start) => panic!("the task has ended"),
            () = started.cancelled() => {}
        }
        ended.cancelled().await;
    }
}
