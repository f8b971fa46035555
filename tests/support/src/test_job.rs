//! A kind of job whose runs write lines and then end or wait.

use std::path::Path;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Deserialize;
use txjobs_gateway::config::DeclaredJob;
use txjobs_gateway::runner::{Exit, RunContext, Work};
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

    fn run<'a>(&'a self, context: RunContext<'a>) -> BoxFuture<'a, Exit> {
        async move {
            for line in &self.lines {
                context.log.write(Severity::Information, line.clone()).await;
            }
            match self.waits {
                true => Exit::Interrupted(context.interrupts.wait().await),
                false => Exit::FromWorstSeverity,
            }
        }
        .boxed()
    }
}
