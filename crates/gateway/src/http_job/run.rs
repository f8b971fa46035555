//! Runs a job in another engine.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use txjobs_sdk::Severity;

use super::follow::follow;
use super::resume_token::{EngineRun, Progress, ResumeToken};
use super::session::Session;
use super::settings::{HttpJob, PollUrl};
use super::start::{put_off, start, unknown};
use super::template::{Variable, parse_of_origin};
use crate::runner::{Exit, RunContext, Work};

impl Work for HttpJob {
    fn describe(&self) -> String {
        let request = &self.start.request;
        format!("http {} {}", request.method, request.url.shown())
    }

    fn start_problem(&self) -> Option<String> {
        self.secrets().into_iter().find_map(|source| {
            let error = source.read().err()?;
            Some(format!("{error:#}"))
        })
    }

    fn resume_kind(&self) -> Option<&'static str> {
        Some("http")
    }

    fn run<'a>(&'a self, context: RunContext<'a>) -> BoxFuture<'a, Exit> {
        run(self, context).boxed()
    }
}

async fn run(job: &HttpJob, context: RunContext<'_>) -> Exit {
    let is_resumed = context.resumption.token().is_some();
    // Files with secrets may not respond.
    let opened = tokio::select! {
        biased;
        _ = context.interrupts.left(), if is_resumed => return Exit::Detached,
        interrupt = context.interrupts.wait(), if !is_resumed => return put_off(job, context, interrupt).await,
        opened = Session::new(job, context) => opened,
    };
    let mut session = match opened {
        Ok(session) => session,
        Err(error) => return Exit::Failed(format!("The engine cannot be reached: {error:#}.")),
    };
    let Some(stored) = context.resumption.token() else { return start_and_follow(&mut session).await };
    let token = match ResumeToken::parse(stored) {
        Ok(token) => token,
        Err(error) => {
            return session.failed(&format!(
                "Another version of the gateway has started the run, and this one cannot follow it: {error}. It may go on in the \
                 engine. {}.",
                session.possible_place()
            ));
        }
    };
    if token.progress == Progress::Waiting {
        return start_and_follow(&mut session).await;
    }
    session.started_at = token.started_at;
    if token.engine != job.engine() {
        return changed(&mut session, token);
    }
    match token.progress {
        Progress::Waiting | Progress::Starting => {
            unknown(&session, "the gateway ended before it had the response to its request")
        }
        Progress::Started(run) => resume(&mut session, *run).await,
    }
}

async fn start_and_follow(session: &mut Session<'_>) -> Exit {
    match start(session).await {
        Ok(response) => {
            let delay = response.retry_after().filter(|_| session.job.poll.honor_retry_after);
            follow(session, delay.unwrap_or_default()).await
        }
        Err(exit) => exit,
    }
}

/// Returns the exit of a run that was started in another engine than that of the job, to which nothing is sent.
fn changed(session: &mut Session<'_>, token: ResumeToken) -> Exit {
    let (before, now) = (token.engine, session.job.engine());
    let has_changed =
        format!("The job has changed since the run was started: it polled {before}, and polls {now} now");
    match token.progress {
        Progress::Waiting | Progress::Starting => session.failed(&format!(
            "{has_changed}. It is unknown whether the run was started in the engine: the gateway ended before it had the response to \
             its request. The request is not sent again."
        )),
        Progress::Started(run) => {
            session.set_run(*run);
            session.engine_address = before;
            let place = session.place();
            session.failed(&format!(
                "{has_changed}. The run is not followed, and nothing is sent. The run may go on: {place}."
            ))
        }
    }
}

/// Continues a run that the engine has accepted.
async fn resume(session: &mut Session<'_>, run: EngineRun) -> Exit {
    session.set_run(run);
    if let Err(exit) = session.store_unwritten_lines(session.context.log.first_seq()).await {
        return exit;
    }
    let text = format!("The gateway follows {} again.", session.place());
    session.write(Severity::Information, &text).await;
    if let Err(cause) = check(session) {
        let place = session.place();
        return session
            .failed(&format!("The run cannot be followed: {cause}. It may go on in the engine: {place}."));
    }
    follow(session, Duration::ZERO).await
}

/// Checks that the job, which may have changed, still fits the run.
fn check(session: &Session<'_>) -> Result<(), String> {
    let run = &session.run;
    if let Some(url) = &run.poll_url {
        parse_of_origin(url, &session.job.origin).map_err(|error| format!("{error:#}"))?;
    }
    let is_complete = match &session.job.poll.url {
        PollUrl::Template(url) => run.run_id.is_some() || !url.template().contains(Variable::RunId),
        PollUrl::Location | PollUrl::Pointer(_) => run.poll_url.is_some(),
    };
    match is_complete {
        true => Ok(()),
        false => Err("gateway.toml has changed since its start, and its id or URL is missing".to_owned()),
    }
}
