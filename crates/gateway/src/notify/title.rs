//! The sentences of notifications.

use std::time::Duration;

use super::event::EventKind;

/// The most characters of a job's name in a sentence. Some services refuse long ones.
const MAX_NAME_LENGTH: usize = 200;

/// Returns the sentence about the end of a run.
pub(super) fn of_end(job: &str, kind: EventKind, duration: &str) -> String {
    let end = match kind {
        EventKind::Errors => "completed with errors",
        EventKind::Warnings => "completed with warnings",
        EventKind::Completed => "completed",
        EventKind::Canceled => "was canceled",
        _ => "failed",
    };
    format!("{} {end} after {duration}", name(job))
}

/// Returns the sentence about a run that takes longer than this.
pub(super) fn of_slow(job: &str, limit: &str) -> String {
    format!("{} has been running for more than {limit}", name(job))
}

/// Returns the sentence about a job that has not started before a due time.
pub(super) fn of_not_started(job: &str, within: &str, due: &str) -> String {
    format!("{} did not start within the {within} before {due}", name(job))
}

/// Returns the sentence of a test of a channel.
pub(super) fn of_test(channel: &str) -> String {
    format!("Test of the notification channel \"{}\"", name(channel))
}

/// Returns the beginning of a text.
pub(crate) fn shortened(text: &str, max_length: usize) -> String {
    match text.char_indices().nth(max_length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Returns a duration for people: seconds, or milliseconds of a shorter one.
pub(super) fn duration_text(duration: Duration) -> String {
    let rounded = match duration < Duration::from_secs(1) {
        true => Duration::from_millis(u64::try_from(duration.as_millis()).unwrap_or_default()),
        false => Duration::from_secs(duration.as_secs()),
    };
    humantime::format_duration(rounded).to_string()
}

/// Returns the name of a job or a channel on one line.
fn name(job: &str) -> String {
    let line: String = job.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    shortened(&line, MAX_NAME_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_on_one_line_and_short() {
        assert_eq!(of_end("a\r\nb", EventKind::Failed, "41s"), "a  b failed after 41s");
        assert_eq!(of_end("a", EventKind::Errors, "1m"), "a completed with errors after 1m");
        assert_eq!(of_slow("a", "2h"), "a has been running for more than 2h");
        assert!(of_end(&"\u{e4}".repeat(5000), EventKind::Completed, "1s").chars().count() < 230);
    }

    #[test]
    fn durations_are_rounded_down() {
        for (micros, expected) in
            [(0, "0s"), (400_900, "400ms"), (41_999_999, "41s"), (7_261_000_000, "2h 1m 1s")]
        {
            assert_eq!(duration_text(Duration::from_micros(micros)), expected);
        }
    }
}
