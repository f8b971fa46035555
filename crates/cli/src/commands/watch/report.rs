//! Hands a failure to a command and to a webhook.

use std::{process::Stdio, time::Duration};

use serde::Serialize;
use tokio::{io::AsyncWriteExt, process::Command, time};
use txjobs_sdk::{
    ExecutionState, Severity,
    types::{ExecutionId, Job, JobExecution, JobId, TriggerId},
};

use crate::{
    exit::Exit,
    failure::Failure,
    output::text,
    runs::{execution, load_by_trigger, load_newest},
    session::Session,
};

/// The longest time of a command or a notification. The next failure must not wait for ever.
const MAX_TIME: Duration = Duration::from_secs(60);

/// A failed run.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Report {
    r#type: &'static str,
    job_id: JobId,
    job_name: String,
    execution_id: ExecutionId,
    trigger_id: Option<TriggerId>,
    state: ExecutionState,
    /// The label of the state.
    outcome: String,
    first_error: Option<String>,
    exit_code: u8,
    link: Option<String>,
    /// A sentence for chat services, which show this field.
    #[serde(rename = "text")]
    text: String,
}

impl Report {
    pub(super) fn new(
        job: &Job,
        execution: &JobExecution,
        first_error: Option<String>,
        exit: Exit,
        link: Option<String>,
    ) -> Self {
        let name = text::escape_line(&job.name);
        let mut sentence = format!("{name}: {}", execution.state);
        if let Some(error) = &first_error {
            sentence += &format!("\n{error}");
        }
        if let Some(link) = &link {
            sentence += &format!("\n{link}");
        }
        Self {
            r#type: "failure",
            job_id: job.id,
            job_name: job.name.clone(),
            execution_id: execution.id,
            trigger_id: execution::trigger_id(execution),
            state: execution.state,
            outcome: execution.state.to_string(),
            first_error,
            exit_code: exit.code(),
            link,
            text: sentence,
        }
    }
}

/// Returns the first error of the run, or its first warning. Returns `None` if it cannot be loaded.
pub(super) async fn load_first_error(
    session: &Session,
    job: &Job,
    execution: &JobExecution,
) -> Option<String> {
    let executions = match execution::trigger_id(execution) {
        Some(trigger_id) => load_by_trigger(session, job.id, trigger_id).await.ok()?,
        None => load_newest(session, job.id, true).await.ok()?.into_iter().collect(),
    };
    let loaded = executions.into_iter().find(|loaded| loaded.id == execution.id)?;
    let mut lines = loaded.job_execution_logs;
    lines.sort_by_key(|line| line.time_stamp);
    let find = |severity| lines.iter().find(|line| line.severity == severity);
    let line = find(Severity::Error).or_else(|| find(Severity::Warning))?;
    Some(text::truncate(&line.message, 1000, text::Tabs::Space))
}

/// What happens for each failure.
pub(super) struct Reporter {
    command: Vec<String>,
    webhook: Option<reqwest::Url>,
}

impl Reporter {
    pub(super) fn new(command: Vec<String>, webhook: Option<String>) -> Result<Self, Failure> {
        // The address of a webhook is a secret, so messages do not contain it.
        let webhook = webhook.map(|url| {
            let url = reqwest::Url::parse(&url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            url.ok_or_else(|| {
                Failure::Usage(
                    "The webhook is not a web address, such as https://chat.example.com/hooks/...".to_owned(),
                )
            })
        });
        Ok(Self { command, webhook: webhook.transpose()? })
    }

    /// Sends a failure. Returns what went wrong.
    pub(super) async fn send(&self, report: &Report) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some((program, arguments)) = self.command.split_first() {
            match time::timeout(MAX_TIME, run_command(program, arguments, report)).await {
                Ok(Ok(())) => {}
                Ok(Err(problem)) => problems.push(format!("The command {program} failed: {problem}.")),
                Err(_) => {
                    problems.push(format!("The command {program} did not end within 60 s. It was killed."));
                }
            }
        }
        if let Some(webhook) = &self.webhook
            && let Err(problem) = post(webhook, report).await
        {
            problems.push(format!("The webhook failed: {problem}."));
        }
        problems
    }
}

/// Runs the command without a shell. Its output goes to standard error, because standard output is data.
async fn run_command(program: &str, arguments: &[String], report: &Report) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(std::io::stderr()).kill_on_drop(true);
    // The command does not need the key.
    command.env_remove("TXJOBS_API_KEY").env_remove("TXJOBS_WEBHOOK");
    let text = |value: &Option<String>| value.clone().unwrap_or_default().replace('\0', "");
    command
        .env("TXJOBS_JOB_ID", report.job_id.to_string())
        .env("TXJOBS_JOB_NAME", text::escape_line(&report.job_name).as_ref())
        .env("TXJOBS_TRIGGER_ID", report.trigger_id.map(|id| id.to_string()).unwrap_or_default())
        .env("TXJOBS_EXECUTION_ID", report.execution_id.to_string())
        .env("TXJOBS_STATE", &report.outcome)
        .env("TXJOBS_FIRST_ERROR", text(&report.first_error))
        .env("TXJOBS_LINK", text(&report.link))
        .env("TXJOBS_EXIT_CODE", report.exit_code.to_string());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        let document = serde_json::to_string(report).unwrap_or_default();
        // A command that reads nothing is fine.
        let _ = input.write_all(document.as_bytes()).await;
    }
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(status.to_string()) }
}

async fn post(webhook: &reqwest::Url, report: &Report) -> Result<(), String> {
    let client = reqwest::Client::builder()
        .timeout(MAX_TIME)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| error.to_string())?;
    let response = client.post(webhook.clone()).json(report).send().await;
    let response = response.map_err(|error| error.without_url().to_string())?;
    if response.status().is_success() {
        Ok(())
    } else {
        Err(format!("it responded with {}", response.status()))
    }
}
