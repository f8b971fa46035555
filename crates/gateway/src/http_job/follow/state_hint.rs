//! Says what a response has where its state is missing.

use serde_json::Value;

use crate::http_job::session::Session;

/// How many keys of a response are named, and their longest part.
const MAX_KEYS: usize = 20;
const MAX_KEY_CHARS: usize = 50;

/// Says that a response has no state, and what to correct. It has names of keys, and no values, which may be confidential.
pub(super) fn missing_state(session: &Session<'_>, document: &Value) -> String {
    let places = &session.job.poll.state;
    let quoted: Vec<_> = places.iter().map(|place| format!("{:?}", place.to_string())).collect();
    let timeout = humantime::format_duration(session.job.timeout);
    let (place, value) = places.first().map_or(("", document), |first| first.deepest(document));
    let found = match value {
        Value::Null => ": the value is null".to_owned(),
        value => {
            let at = if place.is_empty() { "It".to_owned() } else { format!("At {place:?} it") };
            format!(". {at} {}. Correct `state` in `http.poll`", content(session, value))
        }
    };
    format!(
        "The response has no state at {}{found}. The run counts as running until its timeout of {timeout}.",
        quoted.join(" or ")
    )
}

/// Describes a value, for the end of a sentence.
fn content(session: &Session<'_>, value: &Value) -> String {
    let mut keys: Vec<_> = match value {
        Value::Object(members) if !members.is_empty() => members.keys().collect(),
        Value::Object(_) => return "has no keys".to_owned(),
        Value::Array(_) => return "is an array".to_owned(),
        _ => return "has a value without keys".to_owned(),
    };
    // Their order depends on the features of serde_json.
    keys.sort();
    let count = keys.len();
    let shown = |key: &&String| format!("{:?}", short(&session.engine.mask.mask(key)));
    let named: Vec<_> = keys.iter().take(MAX_KEYS).map(shown).collect();
    let rest = match count - named.len() {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("has the key{plural} {}{rest}", named.join(", "))
}

fn short(key: &str) -> String {
    match key.char_indices().nth(MAX_KEY_CHARS) {
        Some((end, _)) => format!("{}…", &key[..end]),
        None => key.to_owned(),
    }
}
