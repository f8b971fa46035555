//! The fields of the objects in responses, derived from the types of the contract.

use serde::Serialize;
use serde_json::Value;
use txjobs_sdk::{
    ExecutionState, JobStatusCode, Severity, Starter, Timestamp,
    types::{Job, JobExecution, JobExecutionLog, JobSchedule, JobStatus},
};
use uuid::Uuid;

/// What a field contains.
#[derive(Clone, Debug)]
pub(crate) enum FieldKind {
    Id,
    Text,
    /// A time. An optional time may be null.
    Time {
        is_optional: bool,
    },
    /// A number of an enumeration, with the numbers in the contract.
    Number(Vec<i64>),
    List(Box<Shape>),
}

/// A field of an object.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: FieldKind,
}

/// An object with its fields.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) fields: Vec<Field>,
    /// The names of fields that are extensions of the contract. A server may leave them out.
    pub(crate) extensions: Vec<String>,
}

/// The sample of a time that may be null.
const OPTIONAL_TIME: Timestamp = Timestamp::from_unix(1, 0);
/// The sample of any other time.
const TIME: Timestamp = Timestamp::from_unix(0, 0);

impl Shape {
    pub(crate) fn job() -> Self {
        let sample = Job { id: id().into(), name: String::new(), schedule: None };
        let shape = Self::of_sample("Job", &sample, &[], None);
        shape.with_extensions(&Job { schedule: Some(JobSchedule::default()), ..sample })
    }

    pub(crate) fn job_status() -> Self {
        let sample = JobStatus { job_id: id().into(), message: Some(String::new()), status: 0.into() };
        let numbers: Vec<_> = JobStatusCode::ALL.iter().map(|code| code.number()).collect();
        Self::of_sample("JobStatus", &sample, &numbers, None)
    }

    pub(crate) fn job_execution() -> Self {
        let sample = JobExecution {
            create_time: Some(TIME),
            end_time: Some(OPTIONAL_TIME),
            id: id().into(),
            job_execution_logs: Vec::new(),
            job_id: id().into(),
            state: 0.into(),
            trigger_id: Some(id().into()),
            started_by: None,
            external_link: None,
        };
        let numbers: Vec<_> = ExecutionState::ALL.iter().map(|state| state.number()).collect();
        let shape = Self::of_sample("JobExecution", &sample, &numbers, Some(Self::job_execution_log()));
        let (started_by, external_link) = (Some(Starter::Api), Some(String::new()));
        shape.with_extensions(&JobExecution { started_by, external_link, ..sample })
    }

    fn job_execution_log() -> Self {
        let sample = JobExecutionLog {
            id: id().into(),
            job_execution_id: Some(id().into()),
            message: String::new(),
            severity: 0.into(),
            time_stamp: Some(TIME),
        };
        let numbers: Vec<_> = Severity::ALL.iter().map(|severity| severity.number()).collect();
        Self::of_sample("JobExecutionLog", &sample, &numbers, None)
    }

    /// Derives the shape from the JSON of a sample, so that no field name is written here. `numbers` are those of its enumeration,
    /// and `elements` is the shape of the elements of its list.
    fn of_sample(
        name: &'static str,
        sample: &impl Serialize,
        numbers: &[i64],
        elements: Option<Self>,
    ) -> Self {
        let Ok(Value::Object(fields)) = serde_json::to_value(sample) else {
            return Self { name, fields: Vec::new(), extensions: Vec::new() };
        };
        let field = |(name, value): (String, Value)| {
            let kind = match (&value, &elements) {
                (Value::Number(_), _) => FieldKind::Number(numbers.to_owned()),
                (Value::Array(_), Some(elements)) => FieldKind::List(Box::new(elements.clone())),
                (Value::String(text), _) => kind_of_text(text),
                _ => FieldKind::Text,
            };
            Field { name, kind }
        };
        Self { name, fields: fields.into_iter().map(field).collect(), extensions: Vec::new() }
    }

    /// Adds the fields that a sample with all extensions has besides those of the vendor's article.
    fn with_extensions(self, sample: &impl Serialize) -> Self {
        let all = Self::of_sample(self.name, sample, &[], None).fields.into_iter().map(|field| field.name);
        let extensions = all.filter(|name| self.fields.iter().all(|field| field.name != *name)).collect();
        Self { extensions, ..self }
    }
}

fn id() -> Uuid {
    Uuid::from_u128(1)
}

fn kind_of_text(text: &str) -> FieldKind {
    if text.parse::<Uuid>().is_ok() {
        return FieldKind::Id;
    }
    match text.parse::<Timestamp>() {
        Ok(time) => FieldKind::Time { is_optional: time == OPTIONAL_TIME },
        Err(_) => FieldKind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_has_all_fields_of_the_article() {
        let fields = |shape: Shape| shape.fields.into_iter().map(|field| field.name).collect::<Vec<_>>();
        assert_eq!(fields(Shape::job()), ["Id", "Name"]);
        assert_eq!(fields(Shape::job_status()), ["JobId", "Message", "Status"]);
        assert_eq!(
            fields(Shape::job_execution()),
            ["CreateTime", "EndTime", "Id", "JobExecutionLogs", "JobId", "State", "TriggerId"]
        );
        assert_eq!(
            fields(Shape::job_execution_log()),
            ["Id", "JobExecutionId", "Message", "Severity", "TimeStamp"]
        );
        assert_eq!(Shape::job().extensions, ["Schedule"]);
        assert_eq!(Shape::job_execution().extensions, ["ExternalLink", "StartedBy"]);
    }

    #[test]
    fn kinds_are_derived_from_the_sample() {
        let kinds: Vec<_> = Shape::job_execution().fields.into_iter().map(|field| field.kind).collect();
        assert!(matches!(kinds[0], FieldKind::Time { is_optional: false }));
        assert!(matches!(kinds[1], FieldKind::Time { is_optional: true }));
        assert!(matches!(kinds[2], FieldKind::Id));
        assert!(matches!(&kinds[3], FieldKind::List(shape) if shape.name == "JobExecutionLog"));
        assert!(matches!(&kinds[5], FieldKind::Number(numbers) if numbers.contains(&-1)));
    }
}
