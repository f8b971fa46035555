//! What a run says whose job was removed from the configuration.

/// Returns the last line of a run that its gateway gave up because of the removal. `is_elsewhere`: its work was started in another
/// system, which has this page about it.
pub(super) fn removed_job_message(is_elsewhere: bool, link: Option<&str>) -> String {
    const REMOVED: &str = "The job was removed from gateway.toml";
    match (is_elsewhere, link) {
        (false, _) => format!("{REMOVED} before the run started."),
        (true, None) => format!("{REMOVED}. Its run may go on in the other system."),
        (true, Some(link)) => format!("{REMOVED}. Its run may go on in the other system: {link}"),
    }
}
