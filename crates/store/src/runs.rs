//! Runs: requested, claimed by a node, and ended.

use async_trait::async_trait;
use txjobs_sdk::ExecutionState;
use uuid::Uuid;

use crate::error::Result;
use crate::identifiers::NodeId;
use crate::lines::Line;
use crate::retention::Retention;
use crate::run::Run;
use crate::time::Micros;

pub(crate) const CANCELED_PENDING: &str = "Canceled before it started.";
pub(crate) const CANCELED_RUNNING: &str = "Canceled while it was running.";

/// A run that a node has just claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedRun {
    /// The run.
    pub run: Run,
    /// When its execution was created, which is before this claim if the run is resumed.
    pub created_at: Micros,
    /// What an earlier node stored with [`RunStore::set_resume_token`], so that this one continues
    /// the run. `None`: the run starts.
    pub resume_token: Option<String>,
    /// The page about the run in another system, if it was stored with the token.
    pub link: Option<String>,
    /// Why a schedule started the run, which becomes the first line of its log.
    pub cause: Option<String>,
}

/// Number, id, job, trigger id, creation, resume token, link, and cause of a run.
pub(crate) type ClaimedRow = (i64, Uuid, Uuid, Uuid, Micros, Option<String>, Option<String>, Option<String>);

impl ClaimedRun {
    pub(crate) fn new(row: ClaimedRow, node: NodeId) -> Self {
        let (number, id, job, trigger_id, created_at, resume_token, link, cause) = row;
        Self { run: Run { number, id, job, trigger_id, node }, created_at, resume_token, link, cause }
    }
}

/// An unfinished run of a job that is no longer in the configuration, which no node executes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrphanedRun {
    /// The run.
    pub run: Run,
    /// Whether its work was started in another system, where it may go on. Otherwise the run is pending.
    pub goes_on_elsewhere: bool,
    /// The page about it there.
    pub link: Option<String>,
}

/// Number, id, job, and trigger id of a run that belongs to no node, whether it is running, and its link.
pub(crate) type OrphanedRow = (i64, Uuid, Uuid, Uuid, bool, Option<String>);

impl From<OrphanedRow> for OrphanedRun {
    fn from((number, id, job, trigger_id, goes_on_elsewhere, link): OrphanedRow) -> Self {
        Self { run: Run { number, id, job, trigger_id, node: NodeId::nil() }, goes_on_elsewhere, link }
    }
}

/// The runs that a node can claim.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The node that claims.
    pub node: NodeId,
    /// The numbers of the runs that it executes. Another running run of the node was claimed without its knowledge, because the
    /// reply to the commit was lost, and is claimed again.
    pub executing: &'a [i64],
    /// The jobs whose runs it can execute. `None`: all.
    pub jobs: Option<&'a [Uuid]>,
    /// The current time.
    pub now: Micros,
    /// The latest time of the request. A run that was requested after `now`, because the clock was set back, can be claimed as
    /// well.
    pub requested_until: Micros,
}

/// Decides about the request of a run whose job is pending or running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusyPolicy {
    /// Refuse the request.
    Refuse,
    /// Run it after the earlier ones.
    Queue,
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunResult {
    /// The final state.
    pub state: ExecutionState,
    /// The reason of a failure, which becomes the last line of the log. `None` if the log contains it already.
    pub error: Option<String>,
}

impl RunResult {
    /// Returns the final state and the last lines. A canceled run ends as failed, whatever its result.
    pub(crate) fn conclude(&self, is_canceled: bool, now: Micros) -> (ExecutionState, Vec<Line>) {
        let mut lines: Vec<Line> = self.error.iter().map(|error| Line::error(now, error)).collect();
        if is_canceled {
            lines.push(Line::error(now, CANCELED_RUNNING));
        }
        (if is_canceled { ExecutionState::Failed } else { self.state }, lines)
    }
}

/// The outcome of a request to cancel a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelOutcome {
    /// The job is neither pending nor running.
    Idle,
    /// The run was pending and has ended as failed.
    Ended(Run),
    /// The run is running. It will end as failed, whatever its own result.
    Requested(Run),
}

/// Stores runs.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Requests a run. Returns true if the run is on the disk, and false if the job is pending or running and the policy
    /// refuses the run.
    ///
    /// # Errors
    ///
    /// Fails if the job does not exist.
    async fn request_run(&self, job: Uuid, trigger_id: Uuid, now: Micros, policy: BusyPolicy)
    -> Result<bool>;

    /// Claims the first pending run whose job is not running, or the first run that waits to be resumed. From now on its
    /// execution exists for the API, it is running, and only this node writes it. A node that is gone claims nothing.
    ///
    /// A run is returned only after its claim is on the disk. Otherwise it would still be pending and would run again.
    async fn claim_run(&self, claim: Claim<'_>) -> Result<Option<ClaimedRun>>;

    /// Cancels the job's unfinished run. If the job has several, cancels the running one, or else the first pending one.
    async fn cancel_run(&self, job: Uuid, now: Micros) -> Result<CancelOutcome>;

    /// Returns whether a cancellation of this run was requested. A call that begins after a cancellation sees it.
    async fn is_cancel_requested(&self, run: &Run) -> Result<bool>;

    /// Stores how another node can continue a run whose work goes on elsewhere, such as the address of its status, and a link to a
    /// page about it there. Without this, a run ends with its node.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::NotOwner`](crate::ErrorKind::NotOwner) if the run has ended or belongs to another node.
    async fn set_resume_token(&self, run: &Run, token: &str, link: Option<&str>) -> Result<()>;

    /// Ends a run and writes its last line in one transaction, so that a final state is never shown without the whole log.
    /// Returns the final state.
    ///
    /// A canceled run ends as failed, whatever its result, so that the response to the cancellation stays true. Ending a run
    /// again that its owner has ended changes nothing.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::NotOwner`](crate::ErrorKind::NotOwner) if the run belongs to another node or was ended by another one, and with
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if it does not exist.
    async fn end_run(&self, run: &Run, result: &RunResult, now: Micros) -> Result<ExecutionState>;

    /// Returns when a run was requested.
    async fn requested_at(&self, run: &Run) -> Result<Micros>;

    /// Returns the latest time of a run's execution and its log, or [`Micros::MIN`] if it has neither.
    async fn latest_time(&self, run: &Run) -> Result<Micros>;

    /// Returns the runs that these nodes did not end themselves and that end with them: running ones without a resume token, and
    /// those that a sweep has ended.
    async fn unfinished_runs_of(&self, nodes: &[NodeId]) -> Result<Vec<Run>>;

    /// Returns the runs that nobody will claim, because their jobs are no longer in the configuration: pending ones, and those that
    /// wait to be resumed.
    async fn orphaned_runs(&self) -> Result<Vec<OrphanedRun>>;

    /// Deletes ended runs of a job with their logs, in several transactions, so that other transactions can write between them.
    /// Returns the number of deleted runs. A run stays until its channels have their notifications.
    async fn delete_old_runs(&self, job: Uuid, retention: Retention) -> Result<u64>;
}
