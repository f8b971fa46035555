//! The journal of the requests that clients sent.

mod entry;
#[allow(clippy::module_inception, reason = "the journal itself")]
mod journal;
mod redaction;

pub use entry::{Entry, Filter, Outcome};
pub use journal::{Journal, MAX_ENTRIES, RequestRecord};
