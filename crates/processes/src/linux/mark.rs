//! Marks every process of a run from its start, so that it is found after it has detached itself.

use procfs::process::{LimitValue, Process};
use procfs::{ProcError, ProcResult};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use uuid::Uuid;

use crate::variables::TRIGGER_ID;

/// A lower hard limit leaves too few values to distinguish runs.
const MIN_HARD_LIMIT: u64 = 1 << 20;

/// Two marks, which a child inherits from its parent: the environment variable with the trigger id, and the soft resource
/// limit `RLIMIT_LOCKS` with a number that is derived from the trigger id.
///
/// The variable is lost when a process empties its environment (`env -i`, `sudo`). The limit is inherited, also across `setsid`, a
/// double fork and a change of the user, and every user can read it. Linux has kept this limit without using it since
/// version 2.4.25, so that its value has no effect.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    trigger_id: Uuid,
    limit: Option<u64>,
}

impl Mark {
    pub fn new(trigger_id: Uuid) -> Self {
        // 60 bits: never RLIM_INFINITY. The highest bit is always set, so that no value is one that a person would choose.
        let (_, low) = trigger_id.as_u64_pair();
        let number = (low >> 4) | (1 << 59);
        let limit = match getrlimit(Resource::Locks).maximum {
            None => Some(number),
            Some(hard) if hard > number => Some(number),
            Some(hard) if hard >= MIN_HARD_LIMIT => Some(number % hard),
            Some(_) => None,
        };
        Self { trigger_id, limit }
    }

    /// Calls `spawn` while this process has the limit, so that a child has it before its first instruction. Only one thread
    /// may call this at a time.
    pub fn inherited_by<T>(&self, spawn: impl FnOnce() -> T) -> T {
        let before = getrlimit(Resource::Locks);
        if self.limit.is_some() {
            // On failure the variable is the only mark.
            let _ = setrlimit(Resource::Locks, Rlimit { current: self.limit, ..before });
        }
        let spawned = spawn();
        let _ = setrlimit(Resource::Locks, before);
        spawned
    }

    /// Returns whether a process carries the mark.
    ///
    /// # Errors
    ///
    /// Fails if the process has ended, or if no file descriptor is left to read its state.
    pub fn is_on(&self, process: &Process) -> ProcResult<bool> {
        Ok(self.is_in_limits(process)? || self.is_in_environment(process))
    }

    fn is_in_limits(&self, process: &Process) -> ProcResult<bool> {
        let Some(wanted) = self.limit else { return Ok(false) };
        match process.limits() {
            Ok(limits) => {
                let found = limits.max_file_locks.soft_limit;
                Ok(matches!(found, LimitValue::Value(number) if number == wanted))
            }
            Err(error @ ProcError::Io(..)) => Err(error),
            // A system that emulates Linux may have no such file.
            Err(_) => Ok(false),
        }
    }

    /// Returns false for another user's process, whose environment is not readable.
    fn is_in_environment(&self, process: &Process) -> bool {
        let environment = process.environ().unwrap_or_default();
        let value = environment.get(std::ffi::OsStr::new(TRIGGER_ID));
        value.is_some_and(|value| value.as_encoded_bytes() == self.trigger_id.to_string().as_bytes())
    }
}
