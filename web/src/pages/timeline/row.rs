//! What a row of the timeline consists of.

use txjobs_sdk::types::JobId;

use crate::model::overview::Bar;

/// A job with its bars.
pub(super) type Row = (JobId, Vec<Bar>);
