//! Finds the processes of a run.

use std::collections::HashSet;
use std::io;

use procfs::ProcError;
use procfs::process::Process;
use rustix::io::Errno;

use super::mark::Mark;
use super::process_info::{ProcessIdentity, ProcessInfo};

/// How often a search lists the processes again to find those that were started during it.
const MAX_LISTINGS: usize = 16;

/// Finds the living processes that carry the mark, their descendants, and all members of sessions and process groups that
/// they lead.
///
/// # Errors
///
/// Fails if /proc cannot be read, for instance because no file descriptor is left.
pub(super) fn find_processes(mark: &Mark, leader: Option<ProcessIdentity>) -> io::Result<Vec<ProcessInfo>> {
    let own_pid = i32::try_from(std::process::id()).unwrap_or_default();
    let since = leader.map_or(0, |leader| leader.start);
    let mut others = Vec::new();
    let mut members = Vec::new();
    let mut seen = HashSet::new();
    // A process that is started after a listing is missing in it, and may be the successor of one that has ended since.
    for _ in 0..MAX_LISTINGS {
        let new: Vec<_> =
            list_pids()?.into_iter().filter(|&pid| pid != own_pid && seen.insert(pid)).collect();
        if new.is_empty() {
            break;
        }
        for pid in new {
            match Process::new(pid).and_then(|process| ProcessInfo::read(&process, mark, since)) {
                Ok(Some(info)) if info.is_marked || Some(info.identity) == leader => members.push(info),
                Ok(Some(info)) => others.push(info),
                // Older than the run, or dead.
                Ok(None) => {}
                // For example, no file descriptor is left. Then it is not known which processes live.
                Err(ProcError::Io(error, _)) if error.raw_os_error() != Some(Errno::SRCH.raw_os_error()) => {
                    return Err(error);
                }
                // It has ended meanwhile, or this user may not read it.
                Err(_) => {}
            }
        }
    }
    let mut checked = 0;
    while checked < members.len() {
        let ProcessIdentity { pid, .. } = members[checked].identity;
        let belongs = |info: &mut ProcessInfo| info.parent == pid || info.session == pid || info.group == pid;
        members.extend(others.extract_if(.., belongs));
        checked += 1;
    }
    Ok(members)
}

/// Returns the id of every process, in no order.
fn list_pids() -> io::Result<Vec<i32>> {
    let entries = std::fs::read_dir("/proc")?.collect::<io::Result<Vec<_>>>()?;
    Ok(entries.iter().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}
