//! A kind of job whose runs write lines and then end or wait.

use std::path::Path;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Deserialize;
use txjobs_gateway::config::DeclaredJob;
use txjobs_gateway::runner::{Exit, Interrupt, RunContext, Work};
use txjobs_sdk::Severity;
use uuid::Uuid;

/// A job of a test's configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestJob {
    id: Option<Uuid>,
    name: String,
    /// The lines that each run writes.
    #[serde(default)]
    lines: Vec<String>,
    /// Whether a run waits until it is interrupted.
    #[serde(default)]
    waits: bool,
    /// Whether the work goes on elsewhere after a shutdown, so that another runner continues the run.
    #[serde(default)]
    goes_on: bool,
}

impl DeclaredJob for TestJob {
    fn id(&self) -> Option<Uuid> {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn into_work(self, _: &Path) -> anyhow::Result<Arc<dyn Work>> {
        Ok(Arc::new(self))
    }
}

impl Work for TestJob {
    fn describe(&self) -> String {
        format!("test job of {} lines", self.lines.len())
    }

    fn resume_kind(&self) -> Option<&'static str> {
        self.goes_on.then_some("test")
    }

    fn run<'a>(&'a self, context: RunContext<'a>) -> BoxFuture<'a, Exit> {
        async move {
            for line in &self.lines {
                context.log.write(Severity::Information, line.clone()).await;
            }
            if self.goes_on {
                return run_elsewhere(context).await;
            }
            match self.waits {
                true => Exit::Interrupted(context.interrupts.wait().await),
                false => Exit::FromWorstSeverity,
            }
        }
        .boxed()
    }
}

/// Starts the work once. A later attempt finds it by the resume token.
async fn run_elsewhere(context: RunContext<'_>) -> Exit {
    let RunContext { log, interrupts, resumption, .. } = context;
    if let Some(token) = resumption.token() {
        log.write(Severity::Information, format!("Continued: {token}")).await;
        return Exit::FromWorstSeverity;
    }
    assert!(resumption.store_token("number 7", "the run 7", None).await);
    log.write(Severity::Information, "Started elsewhere".to_owned()).await;
    match interrupts.wait().await {
        Interrupt::Shutdown | Interrupt::Lost => Exit::Detached,
        interrupt => Exit::Interrupted(interrupt),
    }
}
