//! [`RunFollower`] with a client and a clock, as an async stream.

use std::{
    collections::VecDeque,
    time::{Instant, SystemTime},
};

use futures::{Stream, StreamExt, stream};

use crate::{
    Client, Error, ExecutionState, Extensions, Timestamp,
    follow::{RunFollower, Step},
    paths,
    types::{ExecuteJobResult, JobExecution, JobExecutionLog, JobId, TriggerId},
};

/// What happens in a run that is followed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RunEvent {
    /// The job was queued: keep the trigger id. Only from [`Client::execute_and_follow`], and first.
    Queued(ExecuteJobResult),
    /// The execution is in this state now. Before the first of these the job is pending.
    State(ExecutionState),
    /// A log line; each comes once.
    Line(JobExecutionLog),
    /// Something went wrong that may pass; following goes on. Told once until an answer comes again.
    TransientError(Error),
    /// The run has ended: the execution, without its lines. Nothing comes after it.
    Ended(JobExecution),
}

impl Client {
    /// Follows the run that `trigger_id` started, to its end.
    ///
    /// The stream asks as often as [`RunFollower`] says and at no time more; dropping it ends the asking, and nothing else:
    /// the job goes on. It has no deadline: put a time-out around it.
    ///
    /// # Errors
    ///
    /// The last item is trouble if following had to end without an outcome: see [`RunFollower::handle_error`] and [`Step::Failed`].
    pub fn follow(
        &self,
        job_id: JobId,
        trigger_id: TriggerId,
    ) -> impl Stream<Item = Result<RunEvent, Error>> + use<> {
        Following::new(self.without_retries(), job_id, trigger_id).events()
    }

    /// Follows a run that the server has just accepted, as [`follow`](Self::follow) does. If it is never found, it ended
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
        let mut following = Following::new(self.without_retries(), job_id, trigger_id);
        following.follow = following.follow.with_run_accepted();
        following.events()
    }

    /// Executes a job, once, and follows its run: [`RunEvent::Queued`], then what [`follow`](Self::follow) gives.
    ///
    /// Nothing is sent until the stream is polled.
    ///
    /// # Errors
    ///
    /// If `execute_job` itself fails its trouble is the only item. [`Error::is_outcome_unknown`] tells whether the
    /// job may have been queued all the same.
    pub fn execute_and_follow(&self, job_id: JobId) -> impl Stream<Item = Result<RunEvent, Error>> + use<> {
        let client = self.clone();
        stream::once(async move {
            let answer = client.execute_job().job_id(job_id).send().await;
            let queued = match answer {
                Ok(answer) => answer.into_inner(),
                Err(error) => {
                    let trouble = Error::from_client(&paths::EXECUTE_JOB, error);
                    return stream::iter([Err(trouble)]).left_stream();
                }
            };
            let run = client.follow_accepted(job_id, queued.trigger_id);
            stream::iter([Ok(RunEvent::Queued(queued))]).chain(run).right_stream()
        })
        .flatten()
    }
}

struct Following {
    client: Client,
    job_id: JobId,
    trigger_id: TriggerId,
    start: Instant,
    follow: RunFollower,
    /// What has happened and is not given out yet.
    events: VecDeque<RunEvent>,
    state: Option<ExecutionState>,
    in_trouble: bool,
    done: bool,
}

impl Following {
    fn new(client: Client, job_id: JobId, trigger_id: TriggerId) -> Self {
        let start = Instant::now();
        Self {
            client,
            job_id,
            trigger_id,
            start,
            follow: RunFollower::new(job_id, trigger_id, start.elapsed()),
            events: VecDeque::new(),
            state: None,
            in_trouble: false,
            done: false,
        }
    }

    fn events(self) -> impl Stream<Item = Result<RunEvent, Error>> + use<> {
        stream::unfold(self, |mut following| async move {
            let event = following.next().await?;
            Some((event, following))
        })
    }

    async fn next(&mut self) -> Option<Result<RunEvent, Error>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(Ok(event));
            }
            if self.done {
                return None;
            }
            // A wait here must not count as slowness of the server, which sets the pace.
            self.client.inner.gate.pass().await;
            match self.follow.step(self.start.elapsed()) {
                Step::Wait(until) => tokio::time::sleep(until.saturating_sub(self.start.elapsed())).await,
                Step::Send(_) => {
                    if let Err(trouble) = self.ask().await {
                        self.done = true;
                        return Some(Err(trouble));
                    }
                }
                Step::SendStatusRequest(_) => self.ask_status().await,
                Step::Failed(trouble) => {
                    self.done = true;
                    return Some(Err(trouble));
                }
                // No deadline was given, so the end is the only one.
                Step::Ended(_) | Step::TimedOut => {
                    self.done = true;
                    self.events.extend(self.follow.execution().cloned().map(RunEvent::Ended));
                }
            }
        }
    }

    async fn ask(&mut self) -> Result<(), Error> {
        let mut request =
            self.client.get_job_logs_by_trigger().job_id(self.job_id).trigger_id(self.trigger_id);
        if let Some(after) = self.follow.after() {
            request = request.after(after);
        }
        match request.send().await {
            Ok(answer) => {
                let extensions = Extensions::from(answer.headers());
                let lines =
                    self.follow.handle_response(self.start.elapsed(), answer.into_inner().0, extensions);
                self.in_trouble = false;
                self.tell_state();
                self.events.extend(lines.into_iter().map(RunEvent::Line));
            }
            Err(error) => {
                let trouble = Error::from_client(&paths::GET_JOB_LOGS_BY_TRIGGER, error);
                let now = Timestamp::from(SystemTime::now());
                // Some servers answer 404 while the job is pending: that is no news.
                let is_news = !(self.in_trouble || trouble.status == Some(404) && self.state.is_none());
                self.follow.handle_error(self.start.elapsed(), now, trouble.clone())?;
                if is_news {
                    self.in_trouble = true;
                    self.events.push_back(RunEvent::TransientError(trouble));
                }
            }
        }
        Ok(())
    }

    async fn ask_status(&mut self) {
        match self.client.get_job_status().job_id(self.job_id).send().await {
            Ok(answer) => self.follow.handle_status(self.start.elapsed(), answer.status),
            Err(error) => {
                let trouble = Error::from_client(&paths::GET_JOB_STATUS, error);
                let now = Timestamp::from(SystemTime::now());
                // This answer says nothing about the run; the log does.
                let _ = self.follow.handle_error(self.start.elapsed(), now, trouble);
            }
        }
    }

    fn tell_state(&mut self) {
        let state = self.follow.execution().map(|execution| execution.state);
        if state != self.state {
            self.state = state;
            self.events.extend(state.map(RunEvent::State));
        }
    }
}
