//! What the answers of the contract are made of: constants that the build script reads from `openapi.yaml`.

#![allow(dead_code, reason = "generated for every schema of the contract")]

/// What an operation is answered with.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The object.
    pub object: &'static Object,
    /// Whether it is an array of them.
    pub is_array: bool,
}

/// An object of the contract.
#[derive(Debug)]
pub struct Object {
    properties: &'static [Property],
}

/// A property of an object.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Whether it must be there.
    pub is_required: bool,
}

/// What a property is, as far as anybody asks.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A time.
    Time,
    /// The id of a log line.
    LogId,
    /// Another id.
    Id,
    /// A text that people read.
    Text,
    /// The number of a severity.
    Severity,
    /// The number of a job's status.
    JobStatusCode,
    /// The number of an execution's state.
    ExecutionState,
    /// An array of objects.
    Array(&'static Object),
    /// Something else.
    Other,
}

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

/// What an operation is answered with.
pub fn answer_of(operation: &str) -> Option<&'static Shape> {
    ANSWERS.iter().find(|(id, _)| *id == operation).map(|(_, shape)| shape)
}

impl Object {
    /// A property by its name.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// The properties that are times.
    pub fn times(&self) -> impl Iterator<Item = &'static Property> {
        self.properties.iter().filter(|property| matches!(property.kind, Kind::Time))
    }

    /// Whether it is something that happened at a time.
    pub fn is_dated(&self) -> bool {
        self.times().next().is_some()
    }

    /// Whether it is a log line.
    pub fn is_line(&self) -> bool {
        self.properties.iter().any(|property| matches!(property.kind, Kind::Severity))
    }
}
