//! The log of a pod.

mod position;
mod reader;

pub(in crate::kubernetes_job) use position::LogPosition;
pub(in crate::kubernetes_job) use reader::{LogEvent, LogLine, LogStream, PodLog};
