//! Rewrites the bodies of responses: other names, times, numbers and orders, more and fewer properties.
//!
//! The contract defines which property is a time, a number of an enumeration or an array of objects.

use fastrand::Rng;
use serde_json::{Map, Value, json};
use txjobs_gateway::clock::{Micros, from_timestamp, micros, timestamp};
use txjobs_sdk::{ExecutionState, JobStatusCode, Severity, Timestamp};

use super::settings::{BadText, Behavior, Casing, EmptyArrays, Fields, Numbers, Order, Times};
use super::{bad_text, odd_values};
use crate::shapes::{Kind, Object, Property, Shape};

/// The offset of times from UTC: two hours, in microseconds and as text.
const OFFSET: (Micros, &str) = (7_200_000_000, "+02:00");
/// A number that no enumeration of the contract has.
const UNKNOWN_NUMBER: i64 = 7;
/// What is added to the number of a final state to make it unknown.
const UNKNOWN_STATE_OFFSET: i64 = 5;

/// Rewrites a value. `now` is the time that the response shows.
pub(super) fn rewrite(behavior: &Behavior, now: Micros, shape: &Shape, value: Value) -> Value {
    let mut rewriter = BodyRewriter { behavior, now, rng: Rng::with_seed(1) };
    match (shape.is_array, value) {
        (true, Value::Array(items)) => rewriter.array(shape.object, items),
        (false, Value::Object(object)) => Value::Object(rewriter.object(shape.object, object)),
        (_, other) => other,
    }
}

struct BodyRewriter<'a> {
    behavior: &'a Behavior,
    now: Micros,
    rng: Rng,
}

impl BodyRewriter<'_> {
    fn array(&mut self, object: &Object, items: Vec<Value>) -> Value {
        let mut items = items;
        if object.is_dated() {
            self.remove_late_lines(object, &mut items);
            if self.behavior.repeats && object.is_line() {
                // A log of one repeated line would be that of a server whose lines all have the same id.
                items = items
                    .into_iter()
                    .enumerate()
                    .flat_map(|(n, item)| vec![item; 1 + usize::from(n % 3 == 2)])
                    .collect();
            }
            match self.behavior.order {
                Order::Time => {}
                Order::Reversed => items.reverse(),
                Order::Shuffled => self.rng.shuffle(&mut items),
            }
        }
        if items.is_empty() && self.behavior.empty_arrays == EmptyArrays::Null {
            return Value::Null;
        }
        let rewritten = items.into_iter().map(|item| match item {
            Value::Object(fields) => Value::Object(self.object(object, fields)),
            other => other,
        });
        rewritten.collect()
    }

    /// Removes the lines that are not shown yet.
    fn remove_late_lines(&self, object: &Object, lines: &mut Vec<Value>) {
        let late = micros(self.behavior.late_lines.0);
        let Some(time) = object.times().next().filter(|_| late > 0 && object.is_line()) else { return };
        lines.retain(|line| {
            let written = line[time.name].as_str().and_then(|text| text.parse::<Timestamp>().ok());
            written.is_none_or(|written| from_timestamp(&written) + late <= self.now)
        });
    }

    fn object(&mut self, object: &Object, fields: Map<String, Value>) -> Map<String, Value> {
        let mut rewritten = Map::new();
        for (name, value) in fields {
            let property = object.property(&name);
            if self.behavior.fields == Fields::Fewer && property.is_some_and(|property| !property.is_required)
            {
                continue;
            }
            if let Some(value) = self.value(property, value) {
                rewritten.insert(self.name(&name), value);
            }
        }
        if self.behavior.fields == Fields::More {
            rewritten.insert(self.name("Owner"), json!("Data warehouse team"));
            rewritten.insert(self.name("Tags"), json!(["nightly", null, 3]));
            rewritten.insert(
                self.name("Environment"),
                json!({ self.name("Id"): 7, self.name("Name"): "Production" }),
            );
        }
        rewritten
    }

    /// Rewrites the value of a property. Returns `None` if the property is omitted.
    fn value(&mut self, property: Option<&Property>, value: Value) -> Option<Value> {
        Some(match (property.map(|property| property.kind), value) {
            (Some(Kind::Time), Value::String(time)) => return self.time(&time),
            (Some(Kind::Time), Value::Null) if self.behavior.times == Times::Missing => return None,
            (Some(Kind::Object(of)), Value::Object(fields)) => self.object(of, fields).into(),
            (Some(Kind::Array(of)), Value::Array(items)) => self.array(of, items),
            (Some(Kind::LogId), Value::String(id)) => {
                return odd_values::log_id(id, self.behavior.log_ids, self.behavior.id_format);
            }
            (Some(Kind::Id), Value::String(id)) => odd_values::id(id, self.behavior.id_format).into(),
            (Some(Kind::Text), Value::String(mut text)) if self.behavior.bad_text != BadText::None => {
                bad_text::mark(&mut text);
                text.into()
            }
            (
                Some(kind @ (Kind::Severity | Kind::JobStatusCode | Kind::ExecutionState)),
                Value::Number(number),
            ) => {
                let number = self.number(kind, number.as_i64().unwrap_or_default());
                odd_values::number(kind, number, self.behavior.number_format)
            }
            (_, value) => value,
        })
    }

    /// Writes a number of an enumeration, or an unknown number.
    fn number(&self, kind: Kind, number: i64) -> i64 {
        if self.behavior.numbers == Numbers::Known {
            return number;
        }
        match kind {
            Kind::Severity if number == Severity::Warning.number() => UNKNOWN_NUMBER,
            Kind::JobStatusCode if number == JobStatusCode::Running.number() => UNKNOWN_NUMBER,
            Kind::ExecutionState if ExecutionState::from(number).is_final() => number + UNKNOWN_STATE_OFFSET,
            _ => number,
        }
    }

    fn time(&self, text: &str) -> Option<Value> {
        let Ok(time) = text.parse::<Timestamp>() else { return Some(json!(text)) };
        let written = |shift: Micros, zone: &str| {
            let (micros, digits) = (from_timestamp(&time), self.behavior.fraction_digits);
            let text = timestamp(micros + shift).to_string();
            let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
            let fraction = match digits {
                None => text[seconds.len()..].trim_end_matches('Z').to_owned(),
                Some(0) => String::new(),
                Some(digits) => {
                    let all = format!("{:06}000", micros.rem_euclid(1_000_000));
                    format!(".{}", &all[..usize::from(digits)])
                }
            };
            Some(json!(format!("{seconds}{fraction}{zone}")))
        };
        match self.behavior.times {
            Times::Utc => written(0, "Z"),
            Times::Offset => written(OFFSET.0, OFFSET.1),
            Times::NoZone => written(0, ""),
            Times::Null => Some(Value::Null),
            Times::Empty => Some(json!("")),
            Times::Missing => None,
        }
    }

    fn name(&self, name: &str) -> String {
        let mut letters = name.chars();
        match (self.behavior.casing, letters.next()) {
            (Casing::Camel, Some(first)) => first.to_lowercase().chain(letters).collect(),
            _ => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::response_shape;

    const NOW: Micros = 1_773_453_650_000_000;

    fn execution() -> Value {
        json!([{
            "Id": "e7a1c3d5-9b2f-4e80-8d6c-4f5a6b7c8d9e",
            "State": 2,
            "CreateTime": "2026-03-14T02:00:02.117Z",
            "EndTime": null,
            "TriggerId": "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57",
            "JobExecutionLogs": [
                { "Severity": 0, "TimeStamp": "2026-03-14T02:00:43Z", "Message": "first" },
                { "Severity": 1, "TimeStamp": "2026-03-14T02:00:44.000001Z", "Message": "2026-03-14T02:00:43Z" },
                { "Severity": 2, "TimeStamp": "2026-03-14T02:00:49.5Z", "Message": "last" },
            ],
        }])
    }

    fn rewritten(behavior: Value) -> Value {
        let behavior: Behavior = serde_json::from_value(behavior).unwrap();
        let value = rewrite(&behavior, NOW, response_shape("get_job_logs").unwrap(), execution());
        value[0].clone()
    }

    fn messages(execution: &Value) -> Vec<&str> {
        let lines = execution["JobExecutionLogs"].as_array().unwrap();
        lines.iter().map(|line| line["Message"].as_str().unwrap()).collect()
    }

    #[test]
    fn names_are_written_in_camel_case() {
        let camel = rewritten(json!({ "casing": "camel", "fields": "more" }));
        assert_eq!(camel["jobExecutionLogs"][0]["timeStamp"], "2026-03-14T02:00:43Z");
        assert_eq!(camel["environment"]["name"], "Production");
        assert!(camel.as_object().unwrap().keys().all(|name| name.starts_with(|c: char| c.is_lowercase())));
    }

    #[test]
    fn times_are_written_in_every_format() {
        for (behavior, time) in [
            (json!({ "times": "offset" }), json!("2026-03-14T04:00:02.117+02:00")),
            (json!({ "times": "noZone" }), json!("2026-03-14T02:00:02.117")),
            (json!({ "fractionDigits": 0 }), json!("2026-03-14T02:00:02Z")),
            (json!({ "fractionDigits": 9, "times": "noZone" }), json!("2026-03-14T02:00:02.117000000")),
            (json!({ "fractionDigits": 1, "times": "offset" }), json!("2026-03-14T04:00:02.1+02:00")),
            (json!({ "times": "null" }), json!(null)),
            (json!({ "times": "empty" }), json!("")),
        ] {
            let run = rewritten(behavior.clone());
            assert_eq!(run["CreateTime"], time, "{behavior}");
            assert_eq!(run["JobExecutionLogs"][1]["Message"], "2026-03-14T02:00:43Z", "a message is no time");
        }
        let run = rewritten(json!({ "times": "missing" }));
        assert!(run.get("CreateTime").is_none() && run.get("EndTime").is_none());
        assert!(run["JobExecutionLogs"][0].get("TimeStamp").is_none());
    }

    #[test]
    fn numbers_become_unknown() {
        let run = rewritten(json!({ "numbers": "unknown" }));
        assert_eq!((&run["State"], &run["JobExecutionLogs"][1]["Severity"]), (&json!(7), &json!(7)));
        assert_eq!(run["JobExecutionLogs"][2]["Severity"], 2);
    }

    #[test]
    fn lines_are_reordered_repeated_and_late() {
        let (first, second, last) = ("first", "2026-03-14T02:00:43Z", "last");
        assert_eq!(messages(&rewritten(json!({ "order": "reversed" }))), [last, second, first]);
        let mut shuffled = rewritten(json!({ "order": "shuffled" }));
        let lines = shuffled["JobExecutionLogs"].as_array_mut().unwrap();
        assert_eq!(lines.len(), 3);
        assert_eq!(messages(&rewritten(json!({ "repeats": true }))), [first, second, last, last]);
        assert_eq!(messages(&rewritten(json!({ "lateLines": "1s" }))), [first, second]);
        assert_eq!(messages(&rewritten(json!({ "lateLines": "500ms" }))), [first, second, last]);
    }

    #[test]
    fn optional_properties_are_omitted_and_empty_arrays_are_null() {
        let run = rewritten(json!({ "fields": "fewer" }));
        assert_eq!(run.as_object().unwrap().keys().collect::<Vec<_>>(), ["Id", "State"]);
        let behavior: Behavior = serde_json::from_value(json!({ "emptyArrays": "null" })).unwrap();
        let shape = response_shape("get_job_logs").unwrap();
        assert_eq!(rewrite(&behavior, NOW, shape, json!([])), Value::Null);
        let empty = json!([{ "JobExecutionLogs": [] }]);
        assert_eq!(rewrite(&behavior, NOW, shape, empty)[0]["JobExecutionLogs"], Value::Null);
    }
}
