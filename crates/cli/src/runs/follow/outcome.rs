//! Writes the outcome of a run: for people, for programs, and for CI systems.

use super::tracked_run::TrackedRun;
use crate::{
    args::WaitArgs,
    exit::Exit,
    failure::Failure,
    output::{self, Format, Output, SummaryRow, text},
    runs::execution,
    session::Session,
};

impl TrackedRun {
    /// Writes the outcome of a run that has ended.
    pub(super) fn print_outcome(
        &self,
        session: &Session,
        output: &mut Output,
        wait: &WaitArgs,
    ) -> Result<(), Failure> {
        if output.format() == Format::NdJson {
            #[derive(serde::Serialize)]
            struct Ended<'a> {
                #[serde(rename = "Type")]
                kind: &'static str,
                #[serde(flatten)]
                report: crate::runs::report::RunReport<'a>,
            }
            let kind = if self.execution().is_some() { "ended" } else { "failed" };
            return output.write_json(&Ended { kind, report: self.report(session, wait) });
        }
        let Some(execution) = self.execution() else { return Ok(()) };
        let counts = self.counts();
        let after = self.duration().map(|duration| format!(" after {duration}")).unwrap_or_default();
        let message = format!(
            "{}{after}: {}, {}, {}",
            output::format_state(execution.state),
            text::escape_line(self.name()),
            text::count(counts.warnings, "warning"),
            text::count(counts.errors, "error")
        );
        if let Some(ci) = output.ci() {
            for annotation in self.annotations() {
                output.write_ci_command(&ci.annotation(annotation));
            }
        }
        let console = session.link(self.job().id, self.trigger_id());
        let external = self.execution().and_then(|execution| execution.external_link.as_deref());
        let links = console.into_iter().chain(external.map(|link| text::escape_line(link).into_owned()));
        let link = links.map(|link| format!("\n{link}")).collect::<String>();
        // A quiet command reports only what needs attention.
        if self.exit(wait) == Some(Exit::Completed) {
            output.write_note(&format!("{message}{link}"));
        } else {
            output.write_message(&format!("{message}{link}"));
        }
        Ok(())
    }

    fn duration(&self) -> Option<String> {
        execution::duration(self.execution()?).map(text::format_duration)
    }
}

/// Adds the runs to the summary of the CI job. A failure is a warning, because the outcome counts.
pub(super) fn write_ci_summary(session: &Session, output: &mut Output, runs: &[TrackedRun]) {
    let Some(ci) = output.ci() else { return };
    let row = |run: &TrackedRun| SummaryRow {
        job: text::escape_line(run.name()).into_owned(),
        state: run.execution().map(|execution| execution.state),
        duration: run.duration().unwrap_or_default(),
        warnings: run.counts().warnings,
        errors: run.counts().errors,
        link: session.link(run.job().id, run.trigger_id()),
    };
    let rows: Vec<_> = runs.iter().filter(|run| !run.is_skipped()).map(row).collect();
    match ci.write_summary(&rows) {
        Ok(None) => {}
        Ok(Some(command)) => output.write_ci_command(&command),
        Err(error) => output.write_warning(&format!("The summary of the CI job cannot be written: {error}.")),
    }
}
