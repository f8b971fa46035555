//! Implements `txjobs history`.

use serde::Serialize;
use txjobs_sdk::{Starter, types::JobExecution};

use crate::{
    exit::Exit,
    failure::Failure,
    output::{Cell, Column, Output, text},
    runs::{LineCounts, execution, job_lookup, load_history},
    session::Session,
};

const COLUMNS: [Column; 6] = [
    Column::new("STARTED", 0),
    Column::new("STATE", 1),
    Column::number("DURATION", 2),
    Column::number("WARNINGS", 4),
    Column::number("ERRORS", 3),
    Column::new("TRIGGER ID", 6),
];
/// The column of what started the runs. It is left out if all were started through the API, or if the server does not tell.
const STARTED_BY: Column = Column::new("STARTED BY", 5);
/// The heights of a spark line.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A run in JSON: the fields of the execution without its log, and what is counted in the log.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HistoryEntry {
    #[serde(flatten)]
    execution: JobExecution,
    /// In seconds, if both times are known.
    duration: Option<f64>,
    warnings: Option<usize>,
    errors: Option<usize>,
}

pub(crate) async fn run(
    session: &Session,
    output: &mut Output,
    job: &str,
    limit: usize,
    with_counts: bool,
) -> Result<Exit, Failure> {
    let job = job_lookup::find_job(session, job).await?;
    output.show_brief_progress(&format!("Loading the runs of {}", text::escape_line(&job.name)));
    let executions = load_history(session, job.id, limit, with_counts).await?;
    output.clear_progress();
    let entries: Vec<_> = executions.into_iter().map(|execution| entry(execution, with_counts)).collect();
    if !output.is_text() {
        if output.is_json_document() {
            output.write_json(&entries)?;
        } else {
            entries.iter().try_for_each(|entry| output.write_json(entry))?;
        }
        return Ok(Exit::Completed);
    }
    if entries.is_empty() {
        output.write_note(&format!(
            "This job has no run yet. To start it: {}",
            session.command_line("run", &job.id.to_string())
        ));
        return Ok(Exit::Completed);
    }
    let is_other = |starter: Starter| starter != Starter::Api;
    let has_starters = entries.iter().any(|entry| entry.execution.started_by.is_some_and(is_other));
    let mut columns = Vec::from(COLUMNS);
    let mut rows: Vec<_> = entries.iter().map(cells).collect();
    if has_starters {
        let position = columns.len() - 1;
        columns.insert(position, STARTED_BY);
        rows.iter_mut().zip(&entries).for_each(|(row, entry)| row.insert(position, starter(entry)));
    }
    output.write_table(&columns, &rows)?;
    if let Some(line) = spark_line(&entries) {
        output.write_note(&line);
    }
    Ok(Exit::Completed)
}

fn entry(mut execution: JobExecution, with_counts: bool) -> HistoryEntry {
    let lines = std::mem::take(&mut execution.job_execution_logs);
    let counts = with_counts.then(|| LineCounts::of(&lines));
    let duration = execution::duration(&execution);
    HistoryEntry {
        duration: duration.map(|duration| duration.as_secs_f64()),
        warnings: counts.map(|counts| counts.warnings),
        errors: counts.map(|counts| counts.errors),
        execution,
    }
}

fn cells(entry: &HistoryEntry) -> Vec<Cell> {
    let execution = &entry.execution;
    let started = execution.create_time.map_or_else(|| "-".to_owned(), |time| time.to_string());
    let duration = entry.duration.map(std::time::Duration::from_secs_f64);
    // A run without a trigger id is found by the id of its execution.
    let id = execution::trigger_id(execution)
        .map_or_else(|| format!("execution {}", execution.id), |trigger_id| trigger_id.to_string());
    vec![
        Cell::plain(started),
        Cell::state(execution.state),
        Cell::plain(duration.map_or_else(|| "-".to_owned(), text::format_duration)),
        Cell::count(entry.warnings, false),
        Cell::count(entry.errors, true),
        Cell::dim(id),
    ]
}

fn starter(entry: &HistoryEntry) -> Cell {
    Cell::plain(entry.execution.started_by.map_or_else(|| "-".to_owned(), |starter| starter.to_string()))
}

/// Returns the durations as bars, the oldest first, with the shortest and the longest. Returns `None` for fewer than two.
fn spark_line(entries: &[HistoryEntry]) -> Option<String> {
    let durations: Vec<f64> = entries.iter().rev().filter_map(|entry| entry.duration).collect();
    if durations.len() < 2 {
        return None;
    }
    let min = durations.iter().copied().fold(f64::INFINITY, f64::min);
    let max = durations.iter().copied().fold(0.0, f64::max);
    let bar = |duration: &f64| {
        let share = if max > 0.0 { duration / max } else { 0.0 };
        BARS[((share * BARS.len() as f64) as usize).min(BARS.len() - 1)]
    };
    let bars: String = durations.iter().map(bar).collect();
    let format = |seconds| text::format_duration(std::time::Duration::from_secs_f64(seconds));
    Some(format!("Durations, the oldest first: {bars}  {} to {}", format(min), format(max)))
}
