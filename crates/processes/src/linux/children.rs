//! The commands that this process started.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// The process ids of the commands that were started and not waited for.
static CHILDREN: LazyLock<Mutex<HashSet<i32>>> = LazyLock::new(Mutex::default);

/// Returns the process ids of the commands that were started and not waited for. The lock is held while a command is started.
pub(super) fn children() -> MutexGuard<'static, HashSet<i32>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}
