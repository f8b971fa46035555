//! Answers as other servers write them: other names, times, numbers, orders, more and fewer properties.
//!
//! Which property is a time, a number of an enumeration or an array of objects is known from the contract.

use fastrand::Rng;
use serde_json::{Map, Value, json};
use txjobs_sdk::{ExecutionState, JobStatusCode, Severity, Timestamp};

use super::{BadText, Casing, EmptyArrays, Fields, Numbers, Order, Profile, Times, bad_text, odd_values};
use crate::clock::{Micros, from_timestamp, micros, timestamp};
use crate::shapes::{Kind, Object, Property, Shape};

/// Two hours, in microseconds, and how it is written.
const OFFSET: (Micros, &str) = (7_200_000_000, "+02:00");
/// What no number of the contract is.
const STRANGE: i64 = 7;
/// How far above its own number a final state is.
const ABOVE: i64 = 5;

/// The value as the profile writes it, at this time.
pub(super) fn dress(profile: &Profile, now: Micros, shape: &Shape, value: Value) -> Value {
    let mut tailor = Tailor { profile, now, chance: Rng::with_seed(1) };
    match (shape.is_array, value) {
        (true, Value::Array(items)) => tailor.array(shape.object, items),
        (false, Value::Object(object)) => Value::Object(tailor.object(shape.object, object)),
        (_, other) => other,
    }
}

struct Tailor<'a> {
    profile: &'a Profile,
    now: Micros,
    chance: Rng,
}

impl Tailor<'_> {
    fn array(&mut self, object: &Object, items: Vec<Value>) -> Value {
        let mut items = items;
        if object.is_dated() {
            self.late(object, &mut items);
            if self.profile.repeats && object.is_line() {
                items = items
                    .into_iter()
                    .enumerate()
                    .flat_map(|(n, item)| vec![item; 1 + usize::from(n % 3 == 0)])
                    .collect();
            }
            match self.profile.order {
                Order::Time => {}
                Order::Reversed => items.reverse(),
                Order::Shuffled => self.chance.shuffle(&mut items),
            }
        }
        if items.is_empty() && self.profile.empty_arrays == EmptyArrays::Null {
            return Value::Null;
        }
        let dressed = items.into_iter().map(|item| match item {
            Value::Object(fields) => Value::Object(self.object(object, fields)),
            other => other,
        });
        dressed.collect()
    }

    /// Takes out the lines that are not shown yet.
    fn late(&self, object: &Object, lines: &mut Vec<Value>) {
        let late = micros(self.profile.late_lines.0);
        let Some(time) = object.times().next().filter(|_| late > 0 && object.is_line()) else { return };
        lines.retain(|line| {
            let written = line[time.name].as_str().and_then(|text| text.parse::<Timestamp>().ok());
            written.is_none_or(|written| from_timestamp(&written) + late <= self.now)
        });
    }

    fn object(&mut self, object: &Object, fields: Map<String, Value>) -> Map<String, Value> {
        let mut dressed = Map::new();
        for (name, value) in fields {
            let property = object.property(&name);
            if self.profile.fields == Fields::Fewer && property.is_some_and(|property| !property.is_required)
            {
                continue;
            }
            if let Some(value) = self.value(property, value) {
                dressed.insert(self.name(&name), value);
            }
        }
        if self.profile.fields == Fields::More {
            dressed.insert(self.name("Owner"), json!("Data warehouse team"));
            dressed.insert(self.name("Tags"), json!(["nightly", null, 3]));
            dressed.insert(
                self.name("Environment"),
                json!({ self.name("Id"): 7, self.name("Name"): "Production" }),
            );
        }
        dressed
    }

    /// `None`: the property is left out.
    fn value(&mut self, property: Option<&Property>, value: Value) -> Option<Value> {
        Some(match (property.map(|property| property.kind), value) {
            (Some(Kind::Time), Value::String(time)) => return self.time(&time),
            (Some(Kind::Time), Value::Null) if self.profile.times == Times::Missing => return None,
            (Some(Kind::Array(of)), Value::Array(items)) => self.array(of, items),
            (Some(Kind::LogId), Value::String(id)) => {
                return odd_values::log_id(id, self.profile.log_ids, self.profile.id_format);
            }
            (Some(Kind::Id), Value::String(id)) => odd_values::id(id, self.profile.id_format).into(),
            (Some(Kind::Text), Value::String(mut text)) if self.profile.bad_text != BadText::None => {
                bad_text::mark(&mut text);
                text.into()
            }
            (
                Some(kind @ (Kind::Severity | Kind::JobStatusCode | Kind::ExecutionState)),
                Value::Number(number),
            ) => {
                let number = self.number(kind, number.as_i64().unwrap_or_default());
                odd_values::number(kind, number, self.profile.number_format)
            }
            (_, value) => value,
        })
    }

    /// Writes a number of an enumeration, or an unknown number.
    fn number(&self, kind: Kind, number: i64) -> i64 {
        if self.profile.numbers == Numbers::Known {
            return number;
        }
        match kind {
            Kind::Severity if number == Severity::Warning.number() => STRANGE,
            Kind::JobStatusCode if number == JobStatusCode::Running.number() => STRANGE,
            Kind::ExecutionState if ExecutionState::from(number).is_final() => number + ABOVE,
            _ => number,
        }
    }

    fn time(&self, text: &str) -> Option<Value> {
        let Ok(time) = text.parse::<Timestamp>() else { return Some(json!(text)) };
        let written = |shift: Micros, zone: &str| {
            let (micros, digits) = (from_timestamp(&time), self.profile.fraction_digits);
            let text = timestamp(micros + shift).to_string();
            let whole = text.split(['.', 'Z']).next().unwrap_or_default();
            let fraction = match digits {
                None => text[whole.len()..].trim_end_matches('Z').to_owned(),
                Some(0) => String::new(),
                Some(digits) => {
                    let all = format!("{:06}000", micros.rem_euclid(1_000_000));
                    format!(".{}", &all[..usize::from(digits)])
                }
            };
            Some(json!(format!("{whole}{fraction}{zone}")))
        };
        match self.profile.times {
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
        match (self.profile.casing, letters.next()) {
            (Casing::Camel, Some(first)) => first.to_lowercase().chain(letters).collect(),
            _ => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::answer_of;

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

    fn dressed(profile: Value) -> Value {
        let profile: Profile = serde_json::from_value(profile).unwrap();
        let value = dress(&profile, NOW, answer_of("get_job_logs").unwrap(), execution());
        value[0].clone()
    }

    fn messages(execution: &Value) -> Vec<&str> {
        let lines = execution["JobExecutionLogs"].as_array().unwrap();
        lines.iter().map(|line| line["Message"].as_str().unwrap()).collect()
    }

    #[test]
    fn names() {
        let camel = dressed(json!({ "casing": "camel", "fields": "more" }));
        assert_eq!(camel["jobExecutionLogs"][0]["timeStamp"], "2026-03-14T02:00:43Z");
        assert_eq!(camel["environment"]["name"], "Production");
        assert!(camel.as_object().unwrap().keys().all(|name| name.starts_with(|c: char| c.is_lowercase())));
    }

    #[test]
    fn times() {
        for (profile, time) in [
            (json!({ "times": "offset" }), json!("2026-03-14T04:00:02.117+02:00")),
            (json!({ "times": "noZone" }), json!("2026-03-14T02:00:02.117")),
            (json!({ "fractionDigits": 0 }), json!("2026-03-14T02:00:02Z")),
            (json!({ "fractionDigits": 9, "times": "noZone" }), json!("2026-03-14T02:00:02.117000000")),
            (json!({ "fractionDigits": 1, "times": "offset" }), json!("2026-03-14T04:00:02.1+02:00")),
            (json!({ "times": "null" }), json!(null)),
            (json!({ "times": "empty" }), json!("")),
        ] {
            let run = dressed(profile.clone());
            assert_eq!(run["CreateTime"], time, "{profile}");
            assert_eq!(run["JobExecutionLogs"][1]["Message"], "2026-03-14T02:00:43Z", "a message is no time");
        }
        let run = dressed(json!({ "times": "missing" }));
        assert!(run.get("CreateTime").is_none() && run.get("EndTime").is_none());
        assert!(run["JobExecutionLogs"][0].get("TimeStamp").is_none());
    }

    #[test]
    fn numbers() {
        let run = dressed(json!({ "numbers": "unknown" }));
        assert_eq!((&run["State"], &run["JobExecutionLogs"][1]["Severity"]), (&json!(7), &json!(7)));
        assert_eq!(run["JobExecutionLogs"][2]["Severity"], 2);
    }

    #[test]
    fn orders_repeats_and_late_lines() {
        let (first, second, last) = ("first", "2026-03-14T02:00:43Z", "last");
        assert_eq!(messages(&dressed(json!({ "order": "reversed" }))), [last, second, first]);
        let mut shuffled = dressed(json!({ "order": "shuffled" }));
        let lines = shuffled["JobExecutionLogs"].as_array_mut().unwrap();
        assert_eq!(lines.len(), 3);
        assert_eq!(messages(&dressed(json!({ "repeats": true }))), [first, first, second, last]);
        assert_eq!(messages(&dressed(json!({ "lateLines": "1s" }))), [first, second]);
        assert_eq!(messages(&dressed(json!({ "lateLines": "500ms" }))), [first, second, last]);
    }

    #[test]
    fn fewer_properties_and_null_arrays() {
        let run = dressed(json!({ "fields": "fewer" }));
        assert_eq!(run.as_object().unwrap().keys().collect::<Vec<_>>(), ["Id", "State"]);
        let profile: Profile = serde_json::from_value(json!({ "emptyArrays": "null" })).unwrap();
        let shape = answer_of("get_job_logs").unwrap();
        assert_eq!(dress(&profile, NOW, shape, json!([])), Value::Null);
        let empty = json!([{ "JobExecutionLogs": [] }]);
        assert_eq!(dress(&profile, NOW, shape, empty)[0]["JobExecutionLogs"], Value::Null);
    }
}
