//! What a run says about its start, in the first line of its log.

use std::time::Duration;

use txjobs_store::time::Micros;

use super::action::MAX_DELAY;
use crate::schedule::DueTimes;

/// Returns the first line of a run that starts at a due time, if it starts late or if earlier due times have no run.
pub(super) fn due_time_cause(
    due_times: &DueTimes,
    due_time: Micros,
    now: Micros,
    missed: u64,
) -> Option<String> {
    let delay = now.saturating_sub(due_time);
    if delay <= MAX_DELAY && missed == 0 {
        return None;
    }
    let mut text = format!("Due at {}", due_times.local_text(due_time));
    if delay > MAX_DELAY {
        let seconds = Duration::from_secs(u64::try_from(delay / 1_000_000).unwrap_or_default());
        text += &format!(", started {} late", humantime::format_duration(seconds));
    }
    if missed > 0 {
        text += &format!(". {}", without_run(missed));
    }
    Some(text + ".")
}

/// Says how many due times get no run of their own.
fn without_run(missed: u64) -> String {
    match missed {
        1 => "1 earlier due time has no run".to_owned(),
        // The count ends here.
        1000.. => "At least 1000 earlier due times have no run".to_owned(),
        _ => format!("{missed} earlier due times have no run"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_start_says_when_it_was_due() {
        let due_times = DueTimes::new("0 2 * * *".parse().unwrap(), "Europe/Copenhagen").unwrap();
        // 2026-07-01T02:00:00+02:00
        let due = 1_782_864_000_000_000;
        let cause = |delay: Micros, missed| due_time_cause(&due_times, due, due + delay * 1_000_000, missed);
        assert_eq!(cause(60, 0), None);
        let text = "Due at 2026-07-01T02:00:00+02:00 (Europe/Copenhagen), started 2h 5m 1s late.";
        assert_eq!(cause(7501, 0).unwrap(), text);
        assert_eq!(cause(7501, 1).unwrap(), format!("{text} 1 earlier due time has no run."));
        assert_eq!(cause(7501, 7).unwrap(), format!("{text} 7 earlier due times have no run."));
        let text = "Due at 2026-07-01T02:00:00+02:00 (Europe/Copenhagen). 7 earlier due times have no run.";
        assert_eq!(cause(5, 7).unwrap(), text);
        assert!(cause(7501, 1000).unwrap().contains("At least 1000 earlier due times have no run."));
    }
}
