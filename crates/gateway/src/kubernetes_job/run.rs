//! Runs a job in a Kubernetes cluster.

use futures::FutureExt;
use futures::future::BoxFuture;
use txjobs_sdk::Severity;

use super::cluster::Cluster;
use super::follow::follow;
use super::resume_token::ResumeToken;
use super::session::Session;
use super::settings::KubernetesJob;
use super::start::{can_repeat, unknown};
use crate::runner::{Exit, RunContext, Work};

impl Work for KubernetesJob {
    fn describe(&self) -> String {
        format!("kubernetes {}", self.description)
    }

    fn run<'a>(&'a self, context: RunContext<'a>) -> BoxFuture<'a, Exit> {
        run(self, context).boxed()
    }
}

async fn run(job: &KubernetesJob, context: RunContext<'_>) -> Exit {
    let cluster = match Cluster::open(&job.cluster, job.namespace.as_deref()).await {
        Ok(cluster) => cluster,
        Err(error) => return cannot_open(&context, &error),
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

async fn resume(session: &mut Session<'_>) -> Result<(), Exit> {
    if session.token.uid.is_none() && !can_repeat(session) {
        return Err(unknown(session));
    }
    let text = format!("The gateway follows {} again.", session.place());
    session.write(Severity::Information, text).await
}

fn cannot_open(context: &RunContext<'_>, error: &anyhow::Error) -> Exit {
    let hint = match context.resumption.token() {
        Some(_) => format!(" Its Job {} may go on in Kubernetes.", super::job_object::job_name(context.run)),
        None => String::new(),
    };
    Exit::Failed(format!("The cluster cannot be reached: {error:#}.{hint}"))
}
