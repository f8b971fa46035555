//! Formats of numbers and ids of other servers.

use serde_json::{Value, json};
use txjobs_sdk::{ExecutionState, JobStatusCode, Severity};
use uuid::Uuid;

use super::settings::{IdFormat, LogIds, NumberFormat};
use crate::shapes::Kind;

/// The vendor's name of the status that its article shows as idle.
const IDLE: &str = "None";

/// Writes the number of an enumeration in this format. A number without a name stays a number.
pub(super) fn number(kind: Kind, number: i64, format: NumberFormat) -> Value {
    match format {
        NumberFormat::Integer => json!(number),
        NumberFormat::String => json!(number.to_string()),
        // A 64-bit float represents every number of an enumeration exactly.
        NumberFormat::Float => json!(number as f64),
        NumberFormat::Name => name(kind, number).map_or_else(|| json!(number), Value::from),
    }
}

/// Returns the name as in a .NET enumeration: the label without spaces.
fn name(kind: Kind, number: i64) -> Option<String> {
    if matches!(kind, Kind::JobStatusCode) && JobStatusCode::from(number) == JobStatusCode::Idle {
        return Some(IDLE.to_owned());
    }
    let label = match kind {
        Kind::Severity => Severity::from(number).label(),
        Kind::JobStatusCode => JobStatusCode::from(number).label(),
        Kind::ExecutionState => ExecutionState::from(number).label(),
        _ => None,
    }?;
    Some(label.split(' ').map(capitalized).collect())
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Writes an id in this format. A text that is not an id is unchanged.
pub(super) fn id(text: String, format: IdFormat) -> String {
    let Ok(id) = text.parse::<Uuid>() else { return text };
    match format {
        IdFormat::Hyphens => text,
        IdFormat::Digits => id.simple().to_string(),
        IdFormat::Braces => id.braced().to_string(),
        IdFormat::Parentheses => format!("({id})"),
        IdFormat::UpperCase => text.to_uppercase(),
    }
}

/// Returns the id of a log line, or `None` if the behavior omits it.
pub(super) fn log_id(text: String, ids: LogIds, format: IdFormat) -> Option<Value> {
    Some(match ids {
        LogIds::Unique => Value::from(id(text, format)),
        LogIds::Changing => Value::from(id(Uuid::new_v4().to_string(), format)),
        LogIds::Identical => Value::from(id(Uuid::nil().to_string(), format)),
        LogIds::Null => Value::Null,
        LogIds::Missing => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";

    #[test]
    fn number_is_written_in_every_format() {
        for (kind, value, name) in [
            (Kind::ExecutionState, 4, json!("CompletedWithErrors")),
            (Kind::JobStatusCode, 2, json!("Running")),
            (Kind::JobStatusCode, 0, json!("None")),
            (Kind::Severity, 1, json!("Warning")),
            (Kind::ExecutionState, 9, json!(9)),
        ] {
            assert_eq!(number(kind, value, NumberFormat::Integer), json!(value));
            assert_eq!(number(kind, value, NumberFormat::String), json!(value.to_string()));
            assert_eq!(number(kind, value, NumberFormat::Float).to_string(), format!("{value}.0"));
            assert_eq!(number(kind, value, NumberFormat::Name), name);
        }
    }

    #[test]
    fn id_is_written_in_every_format() {
        for (format, text) in [
            (IdFormat::Hyphens, ID),
            (IdFormat::Digits, "3f2b8c1e5d474a9b8e601c9f2a7d4b35"),
            (IdFormat::Braces, "{3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35}"),
            (IdFormat::Parentheses, "(3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35)"),
            (IdFormat::UpperCase, "3F2B8C1E-5D47-4A9B-8E60-1C9F2A7D4B35"),
        ] {
            assert_eq!(id(ID.to_owned(), format), text);
        }
        assert_eq!(id("no id".to_owned(), IdFormat::Digits), "no id");
    }

    #[test]
    fn log_line_ids_of_every_kind_are_written() {
        let log_id = |ids| log_id(ID.to_owned(), ids, IdFormat::Hyphens);
        assert_eq!(log_id(LogIds::Unique), Some(json!(ID)));
        assert_ne!(log_id(LogIds::Changing), log_id(LogIds::Changing));
        assert_eq!(log_id(LogIds::Identical), Some(json!("00000000-0000-0000-0000-000000000000")));
        assert_eq!((log_id(LogIds::Null), log_id(LogIds::Missing)), (Some(Value::Null), None));
    }
}
