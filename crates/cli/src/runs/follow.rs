//! Follows runs, prints their logs and their outcomes.

mod event;
mod outcome;
mod tracked_run;

use std::{pin::pin, time::Duration};

use event::Event;
pub(crate) use event::{LineEvent, LineFilter, Target};
use futures::{Stream, StreamExt, stream};
use tokio::time::{self, MissedTickBehavior};
use tracked_run::TrackedRun;
use txjobs_sdk::RunEvent;

use super::start::start_job;
use crate::{
    args::WaitArgs,
    exit::Exit,
    failure::Failure,
    output::{Format, Output, text},
    session::Session,
};

/// How often a wait without events looks whether a line about it is due.
const TICK: Duration = Duration::from_secs(1);

/// Starts and follows the targets to their ends, prints their logs and outcomes, and returns the exit code of the worst.
pub(crate) async fn follow_all(
    session: &Session,
    output: &mut Output,
    targets: Vec<Target>,
    is_sequential: bool,
    wait: &WaitArgs,
    lines: LineFilter<'_>,
) -> Result<Exit, Failure> {
    let count = targets.len();
    let mut runs: Vec<_> =
        targets.iter().map(|target| TrackedRun::new(session, output, target, wait, count > 1)).collect();
    let result = {
        let work = async {
            if is_sequential {
                for (n, target) in targets.into_iter().enumerate() {
                    let events = events(session, n, target).boxed_local();
                    handle_events(session, output, &mut runs, events, wait, lines).await?;
                    if runs[n].exit(wait).is_some_and(|exit| exit != Exit::Completed) {
                        break;
                    }
                }
                Ok(())
            } else {
                let all = targets
                    .into_iter()
                    .enumerate()
                    .map(|(n, target)| events(session, n, target).boxed_local());
                handle_events(session, output, &mut runs, stream::select_all(all), wait, lines).await
            }
        };
        match wait.timeout {
            Some(timeout) => time::timeout(timeout, work).await,
            None => Ok(work.await),
        }
    };
    output.clear_progress();
    if result.is_err() {
        for run in &mut runs {
            run.end_group(output);
            run.time_out();
        }
    }
    // Output that cannot be written ends everything.
    if let Ok(Err(failure)) = result {
        return Err(with_next_step(failure, &runs));
    }
    finish(session, output, runs, wait)
}

/// Returns the events of one target. The last one is the end of the run or an error.
fn events<'a>(
    session: &'a Session,
    n: usize,
    target: Target,
) -> impl Stream<Item = (usize, Result<Event, Failure>)> + 'a {
    let run = |result: Result<RunEvent, _>| result.map(Event::Run).map_err(Failure::Api);
    let events = match target {
        Target::Follow(job, trigger_id) => session.client.follow(job.id, trigger_id).map(run).left_stream(),
        Target::Start(job) => stream::once(async move {
            match start_job(session, &job).await {
                Err(failure) => stream::iter([Err(failure)]).left_stream(),
                Ok(started) => {
                    let events = session.client.follow_accepted(job.id, started.trigger_id).map(run);
                    stream::iter([Ok(Event::Started(started))]).chain(events).right_stream()
                }
            }
        })
        .flatten()
        .right_stream(),
    };
    events.map(move |event| (n, event))
}

/// Prints the events until they end. Fails only if the output cannot be written.
async fn handle_events(
    session: &Session,
    output: &mut Output,
    runs: &mut [TrackedRun],
    events: impl Stream<Item = (usize, Result<Event, Failure>)>,
    wait: &WaitArgs,
    lines: LineFilter<'_>,
) -> Result<(), Failure> {
    let mut events = pin!(events);
    let mut ticks = time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    if runs.iter().any(|run| run.resume_hint().is_some()) {
        session.interruption_message.set(interruption(runs));
    }
    show_progress(output, runs);
    loop {
        let (n, event) = tokio::select! {
            biased;
            event = events.next() => match event {
                Some(event) => event,
                None => return Ok(()),
            },
            _ = ticks.tick() => {
                output.remind_of_progress();
                continue;
            }
        };
        match event {
            Ok(event) => runs[n].handle(output, event, lines)?,
            Err(failure) => runs[n].fail(failure),
        }
        if runs[n].has_ended() {
            runs[n].end_group(output);
            runs[n].print_outcome(session, output, wait)?;
        }
        session.interruption_message.set(interruption(runs));
        show_progress(output, runs);
    }
}

/// Returns what a signal interrupts: for each run that has not ended, how to follow it.
fn interruption(runs: &[TrackedRun]) -> String {
    let open: Vec<_> = runs.iter().filter_map(TrackedRun::resume_hint).collect();
    match (open.as_slice(), runs) {
        ([], [run]) => run.state_text(),
        ([], _) => "no run is open.".to_owned(),
        (open, _) => format!("the job continues. {}", open.join("\n")),
    }
}

fn show_progress(output: &mut Output, runs: &[TrackedRun]) {
    let is_any_started = runs.iter().any(|run| run.is_open() && run.is_started());
    // With --sequential, the next jobs wait for those that are started.
    let is_shown = |run: &&TrackedRun| run.is_open() && (run.is_started() || !is_any_started);
    let open: Vec<_> = runs.iter().filter(is_shown).collect();
    match open.as_slice() {
        [] => output.clear_progress(),
        [run] if !run.has_known_state() => output.show_brief_progress(&run.progress()),
        [run] => output.show_progress(&run.progress()),
        several => {
            let names: Vec<_> = several.iter().map(|run| run.progress()).collect();
            output.show_progress(&names.join(", "));
        }
    }
}

/// Adds to a failed write how to follow the runs again.
fn with_next_step(failure: Failure, runs: &[TrackedRun]) -> Failure {
    let Failure::Output(error, _) = failure else { return failure };
    let open: Vec<_> = runs.iter().filter_map(TrackedRun::resume_hint).collect();
    Failure::Output(error, (!open.is_empty()).then(|| format!("The job continues. {}", open.join("\n"))))
}

/// Writes what belongs to the end of all runs, and returns the exit code.
fn finish(
    session: &Session,
    output: &mut Output,
    mut runs: Vec<TrackedRun>,
    wait: &WaitArgs,
) -> Result<Exit, Failure> {
    outcome::write_ci_summary(session, output, &runs);
    let skipped: Vec<_> =
        runs.iter().filter(|run| run.is_skipped()).map(|run| text::escape_line(run.name())).collect();
    if !skipped.is_empty() {
        output.write_message(&format!("Not started: {}", skipped.join(", ")));
    }
    if output.format() == Format::Json {
        let is_single = runs.len() == 1;
        let reports: Vec<_> =
            runs.iter().filter(|run| !run.is_skipped()).map(|run| run.report(session, wait)).collect();
        match reports.as_slice() {
            [report] if is_single => output.write_json(report)?,
            reports => output.write_json(&reports)?,
        }
    }
    if runs.len() == 1 {
        let run = runs.remove(0);
        return run.into_result(wait);
    }
    for run in &runs {
        if let Some(failure) = run.failure() {
            output.write_message(&format!("{}: {failure}", text::escape_line(run.name())));
        }
    }
    Ok(Exit::worst(runs.iter().filter_map(|run| run.exit(wait))))
}
