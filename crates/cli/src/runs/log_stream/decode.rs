//! Decodes executions from a reader, a line at a time.

use std::{fmt, io::Read};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use txjobs_sdk::types::{JobExecution, JobExecutionLog};

use super::{
    execution::{LineTest, SpooledExecution},
    spool::SpooledLines,
};

/// Returns the executions of a body. Fails if the body needs the repairs of the SDK, or the file cannot be written.
pub(super) fn executions(
    body: impl Read,
    is_kept: LineTest,
) -> Result<Vec<SpooledExecution>, serde_json::Error> {
    let body = std::io::BufReader::with_capacity(64 * 1024, body);
    let mut deserializer = serde_json::Deserializer::from_reader(body);
    let executions = deserializer.deserialize_seq(Executions { is_kept: &*is_kept })?;
    deserializer.end()?;
    Ok(executions)
}

struct Executions<'a> {
    is_kept: &'a dyn Fn(&JobExecutionLog) -> bool,
}

impl<'de> Visitor<'de> for Executions<'_> {
    type Value = Vec<SpooledExecution>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of executions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        let mut executions = Vec::new();
        while let Some(execution) = values.next_element_seed(Execution { is_kept: self.is_kept })? {
            executions.push(execution);
        }
        Ok(executions)
    }
}

#[derive(Clone, Copy)]
struct Execution<'a> {
    is_kept: &'a dyn Fn(&JobExecutionLog) -> bool,
}

impl<'de> DeserializeSeed<'de> for Execution<'_> {
    type Value = SpooledExecution;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Execution<'_> {
    type Value = SpooledExecution;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an execution")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Map::new();
        let mut lines = None;
        while let Some(name) = map.next_key::<String>()? {
            if is_lines(&name) && lines.is_none() {
                lines = map.next_value_seed(Lines { is_kept: self.is_kept })?;
            } else if is_lines(&name) {
                // The SDK decodes the last of repeated fields.
                map.next_value::<IgnoredAny>()?;
                return Err(A::Error::custom("the lines are repeated"));
            } else {
                fields.insert(name, map.next_value()?);
            }
        }
        let execution =
            serde_json::from_value::<JobExecution>(Value::Object(fields)).map_err(A::Error::custom)?;
        Ok(SpooledExecution { execution, lines: lines.unwrap_or_default() })
    }
}

/// Returns whether a field, in any casing, contains the lines.
fn is_lines(name: &str) -> bool {
    let letters = name.bytes().filter(|b| *b != b'_').map(|b| b.to_ascii_lowercase());
    letters.eq(b"jobexecutionlogs".iter().copied())
}

struct Lines<'a> {
    is_kept: &'a dyn Fn(&JobExecutionLog) -> bool,
}

impl<'de> DeserializeSeed<'de> for Lines<'_> {
    type Value = Option<SpooledLines>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Lines<'_> {
    type Value = Option<SpooledLines>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of log lines")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        let mut lines = SpooledLines::default();
        while let Some(line) = values.next_element::<JobExecutionLog>()? {
            if (self.is_kept)(&line) {
                lines.push(&line).map_err(A::Error::custom)?;
            }
        }
        Ok(Some(lines))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &str) -> Result<Vec<(String, Vec<String>)>, String> {
        let executions =
            executions(body.as_bytes(), Box::new(|_| true)).map_err(|error| error.to_string())?;
        let decode = |mut spooled: SpooledExecution| {
            let mut messages = Vec::new();
            spooled
                .lines
                .for_each(None, |line| {
                    messages.push(line.message);
                    Ok::<_, std::io::Error>(())
                })
                .unwrap();
            (spooled.execution.state.to_string(), messages)
        };
        Ok(executions.into_iter().map(decode).collect())
    }

    #[test]
    fn lines_are_sorted_by_time_and_repeated_ones_are_left_out() {
        let line = |id: u8, time: &str, message: &str| {
            format!(
                r#"{{"Id":"00000000-0000-0000-0000-0000000000{id:02}","TimeStamp":"{time}","Severity":0,"Message":"{message}"}}"#
            )
        };
        let (late, early) = (line(1, "2026-01-01T00:00:02Z", "b"), line(2, "2026-01-01T00:00:01Z", "a"));
        let body = format!(r#"[{{"jobExecutionLogs":[{late},{early},{late}],"state":2}}]"#);
        assert_eq!(decoded(&body).unwrap(), [("completed".to_owned(), vec!["a".to_owned(), "b".to_owned()])]);
    }

    #[test]
    fn body_that_needs_a_repair_is_refused() {
        assert!(decoded("[{\"State\":2,\"JobExecutionLogs\":[{\"Message\":\"a\u{1}\"}]}]").is_err());
        assert!(decoded(r#"{"Message":"x"}"#).is_err());
        assert!(decoded("[").is_err());
        assert_eq!(decoded("[]").unwrap(), []);
        assert_eq!(decoded(r#"[{"State":3,"JobExecutionLogs":null}]"#).unwrap()[0].1.len(), 0);
    }
}
