//! The keys that only a job with a command has.

use serde_json::{Value, json};

/// The keys of a command only.
pub(super) const COMMAND_KEYS: [&str; 6] =
    ["directory", "encoding", "environment", "leave_running", "stderr", "stop_grace"];

/// Returns a schema for each key, which is valid if the key is set.
pub(super) fn keys_schema(names: impl IntoIterator<Item = &'static str>) -> Vec<Value> {
    names.into_iter().map(|name| json!({ "required": [name] })).collect()
}
