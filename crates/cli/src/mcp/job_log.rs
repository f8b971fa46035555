//! The tool `job_log`.

use std::fmt::Write;

use rmcp::schemars::{self, JsonSchema};
use serde::Serialize;
use tokio::task;
use txjobs_sdk::types::{Job, JobExecution, JobExecutionLog};

use super::{
    answer::{Answer, UNTRUSTED_NOTICE},
    arguments::JobLogArguments,
    log_selection::{self, LogLine, Section},
    named_job::{self, NamedJob},
    run_summary::RunSummary,
};
use crate::{
    args::MinSeverity,
    failure::Failure,
    runs::{load_by_trigger, load_history, names::fold, sort_lines},
    session::Session,
};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct JobLog {
    job: NamedJob,
    run: RunSummary,
    /// How to treat the lines.
    notice: &'static str,
    /// The selected lines. An overview has the first errors, then the first warnings, then the last lines.
    lines: Vec<LogLine>,
    /// How many lines match, including those that are not in `lines`.
    matching_lines: usize,
    /// The `offset` that returns the next matching lines. It is absent in an overview, and if there are no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_offset: Option<usize>,
    /// What is left out, and how to get it.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<String>,
}

pub(super) async fn call(session: &Session, arguments: &JobLogArguments) -> Result<Answer<JobLog>, Failure> {
    let filter = Filter::new(arguments)?;
    let trigger_id = arguments.trigger_id()?;
    let job = named_job::find(session, arguments.job()?).await?;
    let executions = match trigger_id {
        Some(trigger_id) => load_by_trigger(session, job.id, trigger_id).await?,
        None => load_history(session, job.id, 1, true).await?,
    };
    let Some(execution) = executions.into_iter().next() else {
        let name = NamedJob::from(&job).name;
        return Err(Failure::Usage(match trigger_id {
            Some(_) => format!(
                "{name} has no run with this trigger id. If it was just started, it may be pending: call job_status, and try again. \
                 To list the runs: call job_history."
            ),
            None => format!("{name} has no runs yet."),
        }));
    };
    // A long log would delay the responses to other requests.
    let answer = task::spawn_blocking(move || select(&job, execution, &filter));
    answer
        .await
        .map_err(|e| Failure::System(format!("The log cannot be processed: {e}. Please report this.")))
}

/// The lines that a call selects.
struct Filter {
    severity: MinSeverity,
    /// The text that lines must contain, as `fold` returns it.
    text: String,
    /// How many matching lines to skip, or nothing for an overview.
    offset: Option<usize>,
    limit: usize,
}

impl Filter {
    fn new(arguments: &JobLogArguments) -> Result<Self, Failure> {
        Ok(Self {
            severity: arguments.severity.map(Into::into).unwrap_or_default(),
            text: fold(arguments.grep()?),
            offset: arguments.offset()?,
            limit: arguments.limit()? as usize,
        })
    }

    fn matches(&self, line: &JobExecutionLog) -> bool {
        self.severity.includes(line.severity)
            && (self.text.is_empty() || fold(&line.message).contains(&self.text))
    }
}

fn select(job: &Job, mut execution: JobExecution, filter: &Filter) -> Answer<JobLog> {
    sort_lines(&mut execution);
    let run = RunSummary::from(&execution);
    let log = &execution.job_execution_logs;
    let (sections, matching_lines, next_offset) = match filter.offset {
        None => (log_selection::select_overview(log, filter.limit), log.len(), None),
        Some(offset) => {
            let matching: Vec<_> = (0..log.len()).filter(|index| filter.matches(&log[*index])).collect();
            let section = log_selection::select_page(log, &matching, offset, filter.limit);
            let next = offset.saturating_add(section.lines.len());
            (vec![section], matching.len(), (next < matching.len()).then_some(next))
        }
    };
    let left_out = describe_left_out(&sections, matching_lines, next_offset, filter);
    let job = NamedJob::from(job);
    let text = to_text(&job.name, &run, &sections, matching_lines, left_out.as_deref());
    let lines = sections.into_iter().flat_map(|section| section.lines).collect();
    let notice = UNTRUSTED_NOTICE;
    Answer { data: JobLog { job, run, notice, lines, matching_lines, next_offset, left_out }, text }
}

/// Returns what is left out and how to get it, or nothing if everything is selected.
fn describe_left_out(
    sections: &[Section],
    matching_lines: usize,
    next_offset: Option<usize>,
    filter: &Filter,
) -> Option<String> {
    let lines = || sections.iter().flat_map(|section| &section.lines);
    let mut text = String::new();
    match (filter.offset, next_offset) {
        (Some(_), Some(next)) => {
            let _ = write!(
                text,
                "{} more lines match. To read them: repeat the call with offset {next} and the trigger_id of this run.",
                matching_lines - next
            );
        }
        (None, _) if lines().count() < matching_lines => {
            let _ = write!(
                text,
                "{} of {matching_lines} lines are left out. To read lines in the order of the log: call job_log with offset and \
                 limit; line N has offset N-1. To search: call job_log with severity or grep. Use the trigger_id of this run.",
                matching_lines - lines().count()
            );
        }
        _ => {}
    }
    let cut_lines = lines().filter(|line| line.cut_bytes > 0).count();
    if cut_lines > 0 {
        let space = if text.is_empty() { "" } else { " " };
        let advice = match filter.limit {
            1 => "Use the command line for the rest: txjobs logs.",
            _ => "To read more of line N: call job_log with offset N-1, limit 1, and no severity or grep.",
        };
        let _ = write!(text, "{space}{cut_lines} long lines are cut. {advice}");
    }
    (!text.is_empty()).then_some(text)
}

fn to_text(
    name: &str,
    run: &RunSummary,
    sections: &[Section],
    matching_lines: usize,
    left_out: Option<&str>,
) -> String {
    let mut text = format!("{name}: {}\n{matching_lines} lines match. {UNTRUSTED_NOTICE}", run.to_text());
    for Section { heading, lines } in sections.iter().filter(|section| !section.lines.is_empty()) {
        let _ = write!(text, "\n\n{heading}:");
        for LogLine { number, time, severity, message, cut_bytes } in lines {
            let time = time.as_deref().unwrap_or("-");
            let _ = write!(text, "\n#{number} {time} {severity}: {message}");
            if *cut_bytes > 0 {
                let _ = write!(text, "… ({cut_bytes} more bytes)");
            }
        }
    }
    if let Some(left_out) = left_out {
        let _ = write!(text, "\n\n{left_out}");
    }
    text
}
