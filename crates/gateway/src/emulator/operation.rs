//! Which operation of the contract a request is.

use axum::http::Method;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use txjobs_sdk::{operation, paths};
use uuid::Uuid;

use crate::contract::guid;

/// An operation, known by its id.
#[derive(Clone, Copy, Debug)]
pub struct Operation(pub &'static operation::Operation);

/// An operation, and what its path names.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The operation.
    pub operation: Operation,
    /// The job.
    pub job: Option<Uuid>,
    /// The trigger id.
    pub trigger_id: Option<Uuid>,
}

impl Asked {
    /// What is asked, if it is an operation of the contract.
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        paths::ALL.iter().find_map(|operation| {
            let mut asked = Self { operation: Operation(operation), job: None, trigger_id: None };
            let fits = operation.method.as_str() == method.as_str() && asked.read(operation.template, path);
            fits.then_some(asked)
        })
    }

    fn read(&mut self, template: &str, path: &str) -> bool {
        let (mut wanted, mut given) = (template.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some("{job_id}"), Some(id)) if !id.is_empty() => self.job = guid(id),
                (Some("{trigger_id}"), Some(id)) if !id.is_empty() => self.trigger_id = guid(id),
                (Some(wanted), Some(given)) if wanted == given => {}
                _ => return false,
            }
        }
    }
}

impl Operation {
    /// Whether it is this one.
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
            D::Error::custom(format!("{id:?} is no operation: it is one of {}", ids.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_known_by_its_path_and_by_no_other() {
        const ID: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
        for operation in paths::ALL {
            let path = operation.template.replace("{job_id}", ID).replace("{trigger_id}", ID);
            let method = Method::from_bytes(operation.method.as_str().as_bytes()).unwrap();
            let asked = Asked::of(&method, &path).unwrap();
            assert_eq!(asked.operation.0.id, operation.id);
            assert_eq!(asked.job.is_some(), operation.template.contains("{job_id}"));
            assert_eq!(asked.trigger_id.is_some(), operation.template.contains("{trigger_id}"));
            assert!(Asked::of(&Method::DELETE, &path).is_none());
            assert!(Asked::of(&method, &format!("{path}/")).is_none());
        }
        assert!(Asked::of(&Method::GET, "/public/jobs/x/status").unwrap().job.is_none());
    }
}
