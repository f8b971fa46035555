//! Runs a job in a Kubernetes cluster.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::cluster::Cluster;
use super::follow::follow;
use super::job_object::job_name;
use super::resume::resume;
use super::resume_token::ResumeToken;
use super::session::Session;
use super::settings::KubernetesJob;
use crate::runner::{Exit, Interrupt, RunContext, Work};

/// How often the credentials for a run that goes on are read, and the pause in between.
const MAX_OPENS: u32 = 12;
const OPEN_PAUSE: Duration = Duration::from_secs(5);

impl Work for KubernetesJob {
    fn describe(&self) -> String {
        format!("kubernetes {}", self.description)
    }

    fn resume_kind(&self) -> Option<&'static str> {
        Some("kubernetes")
    }

    fn run<'a>(&'a self, context: RunContext<'a>) -> BoxFuture<'a, Exit> {
        run(self, context).boxed()
    }
}

async fn run(job: &KubernetesJob, context: RunContext<'_>) -> Exit {
    let cluster = match open(job, &context).await {
        Ok(cluster) => cluster,
        Err(exit) => return exit,
    };
    let mut session = Session::new(job, context, cluster);
    let prepared = match context.resumption.token().map(ResumeToken::parse) {
        // Whoever continues after a kill must know that the Job may exist.
        None => session.checkpoint().await,
        Some(Ok(token)) => {
            session.continue_from(token);
            resume(&mut session).await
        }
        Some(Err(error)) => Err(Exit::Failed(format!(
            "Another version of the gateway has started the run, and this one cannot follow it: {error}. It may go on in Kubernetes. \
             Look for {}.",
            session.place()
        ))),
    };
    match prepared {
        Ok(()) => follow(&mut session).await,
        Err(exit) => exit,
    }
}

/// Reads the address of the cluster and the credentials. For a run that goes on there, this is repeated for a while: its node has just
/// started, and the file may be about to be replaced.
async fn open(job: &KubernetesJob, context: &RunContext<'_>) -> Result<Cluster, Exit> {
    let is_resumed = context.resumption.token().is_some();
    let mut attempts = if is_resumed { MAX_OPENS } else { 1 };
    loop {
        let error = tokio::select! {
            biased;
            interrupt = interrupt(context, is_resumed) => return Err(match is_resumed {
                true => Exit::Detached,
                false => Exit::Interrupted(interrupt),
            }),
            opened = Cluster::open(&job.cluster, job.namespace.as_deref()) => match opened {
                Ok(cluster) => return Ok(cluster),
                Err(error) => error,
            },
        };
        attempts -= 1;
        let is_canceled = context.interrupts.wait().now_or_never().is_some();
        if attempts == 0 || is_canceled {
            let hint = match is_resumed {
                true => format!(" The Job {} may go on in Kubernetes.", job_name(context.run)),
                false => String::new(),
            };
            return Err(Exit::Failed(format!("The cluster cannot be reached: {error:#}.{hint}")));
        }
        tokio::select! {
            _ = context.interrupts.left() => return Err(Exit::Detached),
            () = tokio::time::sleep(OPEN_PAUSE) => {}
        }
    }
}

/// Waits until the run is not to be started or followed. A cancellation of a run that goes on needs the cluster.
async fn interrupt(context: &RunContext<'_>, is_resumed: bool) -> Interrupt {
    match is_resumed {
        true => context.interrupts.left().await,
        false => context.interrupts.wait().await,
    }
}
