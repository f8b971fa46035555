//! Follows a run with a [`Client`], as a stream of events.

use std::{
    collections::VecDeque,
    time::{Instant, SystemTime},
};

use futures::{Stream, StreamExt, stream};

use crate::{
    client::Client,
    error::Error,
    extensions::Extensions,
    follow::{RunFollower, Step},
    paths,
    states::ExecutionState,
    timestamp::Timestamp,
    types::{ExecuteJobResult, JobExecution, JobExecutionLog, JobId, TriggerId},
};

/// An event of a followed run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RunEvent {
    /// The job was queued. Keep the trigger id. This is the first event of [`Client::execute_and_follow`], and other streams do
    /// not have it.
    Queued(ExecuteJobResult),
    /// The execution has entered this state. The job is pending before the first event of this kind.
    State(ExecutionState),
    /// The address of the run in another system, such as the engine that does the work. It occurs once for each address.
    ExternalLink(String),
    /// A log line. Each line occurs once.
    Line(JobExecutionLog),
    /// A transient error. Following continues. Further errors before the next response are not reported.
    TransientError(Error),
    /// The run has ended. Contains the execution without its log lines. This is the last event.
    Ended(JobExecution),
}

impl Client {
    /// Follows the run that `trigger_id` started, to its end.
    ///
    /// Sends requests when [`RunFollower`] schedules them. Dropping the stream stops the requests, and the job continues. The stream
    /// has no deadline: wrap it in a time-out.
    ///
    /// # Errors
    ///
    /// The last item is an error if following failed: see [`RunFollower::handle_error`] and [`Step::Failed`].
    pub fn follow(
        &self,
        job_id: JobId,
        trigger_id: TriggerId,
    ) -> impl Stream<Item = Result<RunEvent, Error>> + use<> {
        FollowStream::new(self, job_id, trigger_id).into_events()
    }

    /// Follows a run that the server has just accepted, like [`follow`](Self::follow). If the run is never found, it counts as ended
    /// without an execution.
    ///
    /// # Errors
    ///
    /// See [`follow`](Self::follow).
    pub fn follow_accepted(
        &self,
        job_id: JobId,
        trigger_id: TriggerId,
    ) -> impl Stream<Item = Result<RunEvent, Error>> + use<> {
        let mut stream = FollowStream::new(self, job_id, trigger_id);
        stream.follower = stream.follower.with_run_accepted();
        stream.into_events()
    }

    /// Executes a job once and follows its run: [`RunEvent::Queued`], then the events of [`follow`](Self::follow).
    ///
    /// Sends nothing until the stream is polled.
    ///
    /// # Errors
    ///
    /// If `execute_job` fails, its error is the only item. [`Error::is_outcome_unknown`] returns whether the job may have been
    /// queued nevertheless. Otherwise see [`follow`](Self::follow).
    pub fn execute_and_follow(&self, job_id: JobId) -> impl Stream<Item = Result<RunEvent, Error>> + use<> {
        let client = self.clone();
        stream::once(async move {
            let queued = match client.execute_job().job_id(job_id).send().await {
                Ok(response) => response.into_inner(),
                Err(error) => {
                    let error = Error::from_client(&paths::EXECUTE_JOB, error);
                    return stream::iter([Err(error)]).left_stream();
                }
            };
            let run = client.follow_accepted(job_id, queued.trigger_id);
            stream::iter([Ok(RunEvent::Queued(queued))]).chain(run).right_stream()
        })
        .flatten()
    }
}

struct FollowStream {
    client: Client,
    job_id: JobId,
    trigger_id: TriggerId,
    start: Instant,
    follower: RunFollower,
    /// The events that the stream has not returned yet.
    events: VecDeque<RunEvent>,
    /// The state of the last `State` event.
    state: Option<ExecutionState>,
    /// The address of the last `ExternalLink` event.
    link: Option<String>,
    /// Whether an error was reported since the last response.
    is_error_reported: bool,
    is_done: bool,
}

impl FollowStream {
    fn new(client: &Client, job_id: JobId, trigger_id: TriggerId) -> Self {
        let start = Instant::now();
        let mut client = client.clone();
        // The follower schedules the repetitions.
        client.inner.retries = 0;
        Self {
            client,
            job_id,
            trigger_id,
            start,
            follower: RunFollower::new(job_id, trigger_id, start.elapsed()),
            events: VecDeque::new(),
            state: None,
            link: None,
            is_error_reported: false,
            is_done: false,
        }
    }

    fn into_events(self) -> impl Stream<Item = Result<RunEvent, Error>> + use<> {
        stream::unfold(self, |mut stream| async move {
            let event = stream.next().await?;
            Some((event, stream))
        })
    }

    async fn next(&mut self) -> Option<Result<RunEvent, Error>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(Ok(event));
            }
            if self.is_done {
                return None;
            }
            // The pause comes before `step`, because the follower would count it as response time of the server.
            self.client.inner.pause.wait().await;
            match self.follower.step(self.start.elapsed()) {
                Step::Wait(until) => tokio::time::sleep(until.saturating_sub(self.start.elapsed())).await,
                Step::Send(_) => {
                    if let Err(error) = self.request_log().await {
                        self.is_done = true;
                        return Some(Err(error));
                    }
                }
                Step::SendStatusRequest(_) => self.request_status().await,
                Step::Failed(error) => {
                    self.is_done = true;
                    return Some(Err(error));
                }
                // `TimedOut` cannot occur, because the follower has no deadline.
                Step::Ended(_) | Step::TimedOut => {
                    self.is_done = true;
                    self.events.extend(self.follower.execution().cloned().map(RunEvent::Ended));
                }
            }
        }
    }

    async fn request_log(&mut self) -> Result<(), Error> {
        let mut request =
            self.client.get_job_logs_by_trigger().job_id(self.job_id).trigger_id(self.trigger_id);
        if let Some(after) = self.follower.after() {
            request = request.after(after);
        }
        match request.send().await {
            Ok(response) => {
                let extensions = Extensions::from(response.headers());
                let executions = response.into_inner().0;
                let lines = self.follower.handle_response(self.start.elapsed(), executions, extensions);
                self.is_error_reported = false;
                self.report_state();
                self.report_link();
                self.events.extend(lines.into_iter().map(RunEvent::Line));
            }
            Err(error) => {
                let error = Error::from_client(&paths::GET_JOB_LOGS_BY_TRIGGER, error);
                let now = Timestamp::from(SystemTime::now());
                // Some servers send 404 while the job is pending.
                let is_expected = error.status == Some(404) && self.state.is_none();
                self.follower.handle_error(self.start.elapsed(), now, error.clone())?;
                if !self.is_error_reported && !is_expected {
                    self.is_error_reported = true;
                    self.events.push_back(RunEvent::TransientError(error));
                }
            }
        }
        Ok(())
    }

    async fn request_status(&mut self) {
        match self.client.get_job_status().job_id(self.job_id).send().await {
            Ok(response) => self.follower.handle_status(self.start.elapsed(), response.status),
            Err(error) => {
                let error = Error::from_client(&paths::GET_JOB_STATUS, error);
                let now = Timestamp::from(SystemTime::now());
                // The follower ignores an error of a status request, because the log has the outcome.
                let _ = self.follower.handle_error(self.start.elapsed(), now, error);
            }
        }
    }

    fn report_state(&mut self) {
        let state = self.follower.execution().map(|execution| execution.state);
        if state != self.state {
            self.state = state;
            self.events.extend(state.map(RunEvent::State));
        }
    }

    fn report_link(&mut self) {
        let execution = self.follower.execution();
        let link =
            execution.and_then(|execution| execution.external_link.as_ref()).filter(|link| !link.is_empty());
        if let Some(link) = link.filter(|link| self.link.as_ref() != Some(link)) {
            self.link = Some(link.clone());
            self.events.push_back(RunEvent::ExternalLink(link.clone()));
        }
    }
}
