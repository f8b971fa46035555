//! Compares the clock of this machine with the server's.

use std::time::{Duration, SystemTime};

use reqwest::header::{AGE, DATE};

use super::{
    finding::{Finding, Findings, Subject},
    requests::Response,
};

const SUBJECT: Subject = Subject::Clock;
/// A larger difference is a problem.
const MAX_DIFFERENCE: f64 = 60.0;
/// The `Date` header has whole seconds, so that the server's clock is up to a second later.
const DATE_PRECISION: Duration = Duration::from_secs(1);

/// The difference of the server's clock from this machine's.
#[derive(Clone, Copy, Debug)]
struct Difference {
    /// Positive if the server's clock is ahead.
    seconds: f64,
    uncertainty: f64,
}

/// Adds the finding on the clock, from the response that shows it most precisely.
pub(crate) fn check(responses: &[Response], findings: &mut Findings) {
    let differences = responses.iter().filter_map(difference);
    let best = differences.min_by(|a, b| a.uncertainty.total_cmp(&b.uncertainty));
    let Some(Difference { seconds, uncertainty }) = best else {
        if !responses.is_empty() {
            let text = "The server's clock is unknown: no response has a valid Date header.";
            findings.add(Finding::skip(SUBJECT, "difference", text));
        }
        return;
    };
    let direction = if seconds > 0.0 { "ahead of" } else { "behind" };
    let amount = format_seconds(seconds.abs());
    let finding = if seconds.abs() > MAX_DIFFERENCE {
        let text =
            format!("The server's clock is {amount} {direction} this machine's (± {uncertainty:.1} s).");
        let advice = "Correct the clock that is wrong. Until then, times of runs look shifted.";
        Finding::warn(SUBJECT, "difference", text).advice(advice)
    } else {
        let text = "The clocks of the server and of this machine agree within a minute.";
        Finding::pass(SUBJECT, "difference", text)
    };
    findings.add(finding.detail("Seconds", round(seconds)).detail("UncertaintySeconds", round(uncertainty)));
}

fn difference(response: &Response) -> Option<Difference> {
    // A response from a cache has an old date.
    if response.headers.contains_key(AGE) {
        return None;
    }
    let date = httpdate::parse_http_date(response.header(DATE)?.trim()).ok()?;
    // The server wrote the date between the request and the response.
    let middle = response.sent_at + response.head_time / 2;
    let seconds = seconds_between(middle, date + DATE_PRECISION / 2);
    Some(Difference { seconds, uncertainty: (response.head_time + DATE_PRECISION).as_secs_f64() / 2.0 })
}

fn seconds_between(start: SystemTime, end: SystemTime) -> f64 {
    match end.duration_since(start) {
        Ok(duration) => duration.as_secs_f64(),
        Err(error) => -error.duration().as_secs_f64(),
    }
}

fn round(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}

fn format_seconds(seconds: f64) -> String {
    crate::output::text::format_duration(Duration::from_secs_f64(seconds))
}
