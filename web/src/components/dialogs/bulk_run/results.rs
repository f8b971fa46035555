//! Results of a bulk run.

use txjobs_sdk::{
    Error, ErrorKind,
    types::{JobId, TriggerId},
};

use crate::{
    model::format,
    text,
    text::{tf, tn},
};

/// A job of a bulk run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct JobStart {
    pub job: JobId,
    pub name: String,
    pub result: StartResult,
}

/// Result of starting a job.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum StartResult {
    Waiting,
    Sending,
    Started(TriggerId),
    Failed(Error),
    /// The request was not sent, because it would fail like the one before or because the session has ended.
    NotSent,
}

impl StartResult {
    pub(super) const fn is_final(&self) -> bool {
        !matches!(self, Self::Waiting | Self::Sending)
    }
}

/// Returns whether an error concerns the connection, so that the requests for all other jobs would fail, too.
pub(super) const fn is_about_connection(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Unreachable
            | ErrorKind::Tls
            | ErrorKind::PlainHttp
            | ErrorKind::BlockedByBrowser
            | ErrorKind::KeyRefused
            | ErrorKind::NotThisApi
    )
}

/// Describes an error in one sentence or a few.
pub(super) fn reason(error: &Error) -> String {
    let message =
        error.message.as_deref().map(|text| tf!(" “{message}”", message = format::one_line(text, 300)));
    format!("{}{} {}", error.summary(), message.unwrap_or_default(), error.advice())
}

/// Describes the results so far, for example `1 of 3 jobs started. 2 not sent.`
pub(super) fn summary(starts: &[JobStart]) -> String {
    let count = |matches: fn(&StartResult) -> bool| starts.iter().filter(|s| matches(&s.result)).count();
    let total = tn!("{n} job", "{n} jobs", starts.len());
    let done = count(StartResult::is_final);
    if done < starts.len() {
        return tf!("{count} of {jobs} sent.", count = text::count(done), jobs = total);
    }
    let started = count(|result| matches!(result, StartResult::Started(_)));
    let mut text = tf!("{count} of {jobs} started.", count = text::count(started), jobs = total);
    let unsent = count(|result| *result == StartResult::NotSent);
    if unsent > 0 {
        text += &tf!(" {count} not sent.", count = text::count(unsent));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_counts_results() {
        let start = |result| JobStart { job: JobId(Default::default()), name: String::new(), result };
        let failed = StartResult::Failed(Error::new(ErrorKind::Conflict));
        let started = StartResult::Started(TriggerId(Default::default()));
        let sending = [start(started.clone()), start(StartResult::Sending), start(StartResult::Waiting)];
        assert_eq!(summary(&sending), "1 of 3 jobs sent.");
        let done = [start(started.clone()), start(failed), start(started.clone())];
        assert_eq!(summary(&done), "2 of 3 jobs started.");
        assert_eq!(
            summary(&[start(started), start(StartResult::NotSent)]),
            "1 of 2 jobs started. 1 not sent."
        );
    }

    #[test]
    fn error_of_one_job_does_not_concern_the_others() {
        for kind in
            [ErrorKind::Conflict, ErrorKind::RequestRefused, ErrorKind::NotFound, ErrorKind::ServerError]
        {
            assert!(!is_about_connection(kind), "{kind:?}");
        }
        assert!(is_about_connection(ErrorKind::KeyRefused));
    }
}
