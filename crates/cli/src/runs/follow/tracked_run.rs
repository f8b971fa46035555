//! A run that is followed: its state, its log as far as it is needed later, and its outcome.

use txjobs_sdk::{
    ErrorKind, ExecutionState, RunEvent, Severity,
    types::{Job, JobExecution, JobExecutionLog, TriggerId},
};

use super::event::{Event, LineEvent, LineFilter, Target};
use crate::{
    args::WaitArgs,
    exit::Exit,
    failure::Failure,
    output::{Annotation, Format, Output, text},
    runs::report::{LineCounts, RunReport},
    session::Session,
};

/// The most lines that a CI system shows in its overview for a run. GitHub shows ten per step.
const MAX_ANNOTATIONS: usize = 10;

pub(super) struct TrackedRun {
    job: Job,
    trigger_id: Option<TriggerId>,
    is_started_here: bool,
    state: Option<ExecutionState>,
    counts: LineCounts,
    /// All lines, only if they belong to the JSON document.
    lines: Vec<JobExecutionLog>,
    annotations: Vec<Annotation>,
    result: Option<Result<JobExecution, Failure>>,
    /// The options of the command that follows the run again.
    resume_options: String,
    resume_command: String,
    /// The command that ends the group of the lines in a CI system.
    group_end: Option<String>,
    /// The name before each line, if several runs share the output.
    prefix: String,
}

impl TrackedRun {
    pub(super) fn new(
        session: &Session,
        output: &Output,
        target: &Target,
        wait: &WaitArgs,
        is_one_of_several: bool,
    ) -> Self {
        let (job, trigger_id) = match target {
            Target::Start(job) => (job, None),
            Target::Follow(job, trigger_id) => (job, Some(*trigger_id)),
        };
        let name = text::escape_line(&job.name);
        Self {
            trigger_id,
            is_started_here: trigger_id.is_none(),
            state: None,
            counts: LineCounts::default(),
            lines: Vec::new(),
            annotations: Vec::new(),
            result: None,
            resume_options: format!(
                "{}{}",
                output.format_option(),
                if wait.fail_on.warnings() { "--fail-on warnings " } else { "" }
            ),
            group_end: None,
            resume_command: session.command_line("follow", ""),
            prefix: if is_one_of_several { format!("[{name}] ") } else { String::new() },
            job: job.clone(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.job.name
    }

    pub(super) fn job(&self) -> &Job {
        &self.job
    }

    pub(super) fn trigger_id(&self) -> Option<TriggerId> {
        self.trigger_id
    }

    pub(super) fn counts(&self) -> LineCounts {
        self.counts
    }

    pub(super) fn annotations(&self) -> &[Annotation] {
        &self.annotations
    }

    pub(super) fn execution(&self) -> Option<&JobExecution> {
        self.result.as_ref()?.as_ref().ok()
    }

    pub(super) fn failure(&self) -> Option<&Failure> {
        self.result.as_ref()?.as_ref().err()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.result.is_some()
    }

    pub(super) fn is_started(&self) -> bool {
        self.trigger_id.is_some()
    }

    /// Returns whether the state is worth a line: the server has said it, or has just accepted the run.
    pub(super) fn has_known_state(&self) -> bool {
        self.is_started() && (self.is_started_here || self.state.is_some())
    }

    /// Returns whether the run has not ended yet, as far as the server has said.
    pub(super) fn is_open(&self) -> bool {
        !self.has_ended() && !self.state.is_some_and(ExecutionState::is_final)
    }

    /// Returns whether the job was never started, because one before it did not end well.
    pub(super) fn is_skipped(&self) -> bool {
        self.result.is_none() && self.trigger_id.is_none()
    }

    /// Returns what a progress line says.
    pub(super) fn progress(&self) -> String {
        let state = match (self.state, self.trigger_id) {
            (Some(state), _) => state.to_string(),
            (None, Some(_)) if self.is_started_here => "pending".to_owned(),
            (None, Some(_)) => "loading".to_owned(),
            (None, None) => "starting".to_owned(),
        };
        format!("{} {state}", text::escape_line(&self.job.name))
    }

    /// Returns a clause about a run that has ended.
    pub(super) fn state_text(&self) -> String {
        match &self.result {
            Some(Ok(execution)) => format!("the run has ended: {}", execution.state),
            _ => format!("{} was not started.", text::escape_line(&self.job.name)),
        }
    }

    /// Returns a sentence with the command that follows the run again, if it has been started and has not ended.
    pub(super) fn resume_hint(&self) -> Option<String> {
        let is_open = match &self.result {
            None => true,
            Some(Ok(_)) => false,
            Some(Err(failure)) => !is_run_missing(failure),
        };
        let trigger_id = self.trigger_id.filter(|_| is_open)?;
        let Self { resume_command, resume_options, job, .. } = self;
        Some(format!("To follow the run again: {resume_command} {resume_options}{} {trigger_id}", job.id))
    }

    pub(super) fn handle(
        &mut self,
        output: &mut Output,
        event: Event,
        lines: LineFilter<'_>,
    ) -> Result<(), Failure> {
        match event {
            Event::Started(started) => {
                self.trigger_id = Some(started.trigger_id);
                if output.format() == Format::NdJson {
                    return output.write_json(&serde_json::json!({
                        "Type": "started", "JobId": self.job.id, "JobName": self.job.name, "TriggerId": started.trigger_id,
                    }));
                }
                output.write_note(&format!(
                    "Started {}, trigger id {}",
                    text::escape_line(&self.job.name),
                    started.trigger_id
                ));
                Ok(())
            }
            Event::Run(event) => self.handle_run(output, event, lines),
        }
    }

    fn handle_run(
        &mut self,
        output: &mut Output,
        event: RunEvent,
        lines: LineFilter<'_>,
    ) -> Result<(), Failure> {
        match event {
            RunEvent::State(state) => {
                self.state = Some(state);
                if output.format() == Format::NdJson {
                    return output.write_json(&serde_json::json!({
                        "Type": "state", "JobId": self.job.id, "TriggerId": self.trigger_id, "State": state,
                    }));
                }
            }
            // That of a run that has ended is in its outcome.
            RunEvent::ExternalLink(link) if self.is_open() && output.format() != Format::NdJson => {
                output.write_note(&format!("{}The run is at {}", self.prefix, text::escape_line(&link)));
            }
            RunEvent::Line(line) => {
                if self.counts.lines == 0 {
                    self.begin_group(output);
                }
                self.counts.add(line.severity);
                self.annotate(output, &line);
                let was_open = !output.is_closed();
                if (lines.is_shown)(&line) {
                    self.write_line(output, line, lines.has_times)?;
                }
                if was_open && output.is_closed() {
                    output.write_message("Standard output was closed. Still waiting for the outcome.");
                }
            }
            RunEvent::TransientError(error) => {
                output.write_message(&format!("{error} Still waiting; the job continues."));
            }
            RunEvent::Ended(mut execution) => {
                execution.job_execution_logs = std::mem::take(&mut self.lines);
                self.result = Some(Ok(execution));
            }
            _ => {}
        }
        Ok(())
    }

    /// Begins a group of lines in a CI system. The lines of several runs alternate, so they have none.
    fn begin_group(&mut self, output: &mut Output) {
        if let Some(ci) = output.ci().filter(|_| self.prefix.is_empty()) {
            let (begin, end) = ci.group(&format!("Log of {}", text::escape_line(&self.job.name)));
            output.write_ci_command(&begin);
            self.group_end = Some(end);
        }
    }

    pub(super) fn end_group(&mut self, output: &mut Output) {
        if let Some(end) = self.group_end.take() {
            output.write_ci_command(&end);
        }
    }

    fn write_line(
        &mut self,
        output: &mut Output,
        line: JobExecutionLog,
        has_time: bool,
    ) -> Result<(), Failure> {
        match output.format() {
            Format::Text if output.is_quiet() => Ok(()),
            Format::Text => output.write_log_line(&line, &self.prefix, has_time),
            Format::Json => {
                self.lines.push(line);
                Ok(())
            }
            Format::NdJson => output.write_json(&LineEvent::new(&line, &self.job, self.trigger_id)),
        }
    }

    /// Keeps the first errors and warnings for the overview of the CI system, errors before warnings.
    fn annotate(&mut self, output: &Output, line: &JobExecutionLog) {
        let is_wanted = matches!(line.severity, Severity::Error | Severity::Warning);
        if output.ci().is_none() || !is_wanted {
            return;
        }
        let annotation = Annotation {
            severity: line.severity,
            job: text::escape_line(&self.job.name).into_owned(),
            message: text::truncate(&line.message, 1000, text::Tabs::Space),
        };
        let position = match line.severity {
            Severity::Error => self.annotations.iter().take_while(|a| a.severity == Severity::Error).count(),
            _ => self.annotations.len(),
        };
        self.annotations.insert(position, annotation);
        self.annotations.truncate(MAX_ANNOTATIONS);
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        let failure = match (failure, self.resume_hint()) {
            (Failure::Api(error), Some(hint)) if !is_kind_missing(error.kind) => {
                Failure::OutcomeUnknown(error, format!("The job continues. {hint}"))
            }
            (failure, _) => failure,
        };
        self.result = Some(Err(failure));
    }

    /// Ends the wait for a run that has not ended.
    pub(super) fn time_out(&mut self) {
        if let Some(hint) = self.resume_hint().filter(|_| self.result.is_none()) {
            self.result = Some(Err(Failure::TimedOut(hint)));
        } else if self.result.is_none() {
            let name = text::escape_line(&self.job.name).into_owned();
            self.result = Some(Err(Failure::NotStartedInTime(name)));
        }
    }

    /// Returns the exit code of this run, or `None` if it was not started.
    pub(super) fn exit(&self, wait: &WaitArgs) -> Option<Exit> {
        Some(match self.result.as_ref()? {
            Ok(execution) => Exit::from_state(execution.state, wait.fail_on.warnings()),
            Err(failure) => failure.exit(),
        })
    }

    pub(super) fn into_result(self, wait: &WaitArgs) -> Result<Exit, Failure> {
        match self.result {
            Some(Ok(execution)) => Ok(Exit::from_state(execution.state, wait.fail_on.warnings())),
            Some(Err(failure)) => Err(failure),
            None => unreachable!("the only run has a result"),
        }
    }

    /// Returns the JSON document.
    pub(super) fn report(&self, session: &Session, wait: &WaitArgs) -> RunReport<'_> {
        let link = session.link(self.job.id, self.trigger_id);
        match self.result.as_ref() {
            Some(Ok(execution)) => {
                let exit = Exit::from_state(execution.state, wait.fail_on.warnings());
                RunReport::ended(&self.job, execution, self.counts, exit, link)
            }
            Some(Err(failure)) => RunReport::failed(&self.job, self.trigger_id, self.counts, failure, link),
            None => unreachable!("a report is written at the end"),
        }
    }
}

/// Returns whether the failure is that the run does not exist or has no execution.
fn is_run_missing(failure: &Failure) -> bool {
    matches!(failure, Failure::Api(error) | Failure::OutcomeUnknown(error, _) if is_kind_missing(error.kind))
}

fn is_kind_missing(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NoSuchRun | ErrorKind::EndedWithoutExecution)
}
