//! Finds the processes of a run.

use std::collections::HashSet;
use std::io;
use std::mem::MaybeUninit;

use procfs::ProcError;
use procfs::process::Process;
use rustix::fs::{Mode, OFlags, RawDir};
use rustix::io::Errno;

use super::mark::Mark;
use super::process_info::{ProcessIdentity, ProcessInfo};

/// How often a search lists the processes again to find those that were started during it.
const MAX_LISTINGS: usize = 16;
/// How much of a listing the system returns at a time, in bytes: about 40 processes.
const LISTING_PART: usize = 1024;

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
    let mut seen = HashSet::from([own_pid]);
    // A process that is started after a listing is missing in it, and may be the successor of one that has ended since.
    for _ in 0..MAX_LISTINGS {
        let before = seen.len();
        for_each_pid(|pid| {
            if !seen.insert(pid) {
                return Ok(());
            }
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
            Ok(())
        })?;
        if seen.len() == before {
            break;
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

/// Calls `visit` with the id of every process, soon after the system has listed it: one that lives for a millisecond has ended
/// when a list of thousands is complete.
fn for_each_pid(mut visit: impl FnMut(i32) -> io::Result<()>) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::open("/proc", flags, Mode::empty())?;
    let mut part = [MaybeUninit::uninit(); LISTING_PART];
    let mut entries = RawDir::new(folder, &mut part);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        if let Some(pid) = entry.file_name().to_str().ok().and_then(|name| name.parse().ok()) {
            visit(pid)?;
        }
    }
    Ok(())
}
