//! Jobs that run as Jobs of a Kubernetes cluster.

mod cancel;
mod cluster;
mod follow;
mod job_object;
mod link;
mod log_copy;
mod outcome;
mod pod_log;
mod pod_report;
mod resume;
mod resume_token;
mod run;
mod seen;
mod session;
mod settings;
mod start;
mod start_problem;

pub use link::LinkTemplate;
pub use settings::{ClusterSource, KubernetesJob};
