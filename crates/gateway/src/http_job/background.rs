//! Work that takes long and would keep other tasks waiting.

use crate::runner::Exit;

/// Does work in a thread in which it keeps no task waiting.
///
/// # Errors
///
/// Fails with the exit of the run if the gateway ends meanwhile.
pub(super) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Exit> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Exit::Detached),
        },
    }
}
