//! The operations of the contract, and the requests of them.

use axum::http::Method;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use txjobs_sdk::{operation, paths};
use uuid::Uuid;

use txjobs_gateway::api::parse_id;

/// An operation. It is serialized as its id.
#[derive(Clone, Copy, Debug)]
pub struct Operation(pub &'static operation::Operation);

/// A request of an operation.
#[derive(Clone, Copy, Debug)]
pub struct OperationCall {
    /// The operation.
    pub operation: Operation,
    /// The job in the path.
    pub job: Option<Uuid>,
    /// The trigger id in the path.
    pub trigger_id: Option<Uuid>,
}

impl OperationCall {
    /// Recognizes a request of an operation by its method and path.
    pub fn parse(method: &Method, path: &str) -> Option<Self> {
        paths::ALL.iter().find_map(|operation| {
            let mut call = Self { operation: Operation(operation), job: None, trigger_id: None };
            let matches =
                operation.method.as_str() == method.as_str() && call.match_path(operation.template, path);
            matches.then_some(call)
        })
    }

    fn match_path(&mut self, template: &str, path: &str) -> bool {
        let (mut expected, mut actual) = (template.split('/'), path.split('/'));
        loop {
            match (expected.next(), actual.next()) {
                (None, None) => return true,
                (Some("{job_id}"), Some(id)) if !id.is_empty() => self.job = parse_id(id),
                (Some("{trigger_id}"), Some(id)) if !id.is_empty() => self.trigger_id = parse_id(id),
                (Some(expected), Some(actual)) if expected == actual => {}
                _ => return false,
            }
        }
    }
}

impl Operation {
    /// Returns whether this is the other operation.
    pub fn is(self, other: &operation::Operation) -> bool {
        self.0.id == other.id
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.0)
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.id)
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        let found = paths::ALL.iter().find(|operation| operation.id == id);
        found.map(|operation| Self(operation)).ok_or_else(|| {
            let ids: Vec<_> = paths::ALL.iter().map(|operation| operation.id).collect();
            D::Error::custom(format!("{id:?} is not an operation: use one of {}", ids.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_recognized_by_its_method_and_path() {
        const ID: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
        for operation in paths::ALL {
            let path = operation.template.replace("{job_id}", ID).replace("{trigger_id}", ID);
            let method = Method::from_bytes(operation.method.as_str().as_bytes()).unwrap();
            let call = OperationCall::parse(&method, &path).unwrap();
            assert_eq!(call.operation.0.id, operation.id);
            assert_eq!(call.job.is_some(), operation.template.contains("{job_id}"));
            assert_eq!(call.trigger_id.is_some(), operation.template.contains("{trigger_id}"));
            assert!(OperationCall::parse(&Method::DELETE, &path).is_none());
            assert!(OperationCall::parse(&method, &format!("{path}/")).is_none());
        }
        assert!(OperationCall::parse(&Method::GET, "/public/jobs/x/status").unwrap().job.is_none());
    }
}
