//! The shapes of the contract's responses, which the build script generates from `openapi.yaml`.

#![allow(dead_code, reason = "generated for every schema of the contract")]

/// The shape of a response.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The object, or the item of the array.
    pub object: &'static Object,
    /// Whether the response is an array.
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
    /// The name.
    pub name: &'static str,
    /// The kind.
    pub kind: Kind,
    /// Whether it is required.
    pub is_required: bool,
}

/// The kind of a property.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A time.
    Time,
    /// The id of a log line.
    LogId,
    /// Another id.
    Id,
    /// A text for people.
    Text,
    /// The number of a severity.
    Severity,
    /// The number of a job's status.
    JobStatusCode,
    /// The number of an execution's state.
    ExecutionState,
    /// An object.
    Object(&'static Object),
    /// An array of objects.
    Array(&'static Object),
    /// Another kind.
    Other,
}

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

/// Returns the shape of an operation's response.
pub fn response_shape(operation: &str) -> Option<&'static Shape> {
    RESPONSES.iter().find(|(id, _)| *id == operation).map(|(_, shape)| shape)
}

impl Object {
    /// Returns a property by its name.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Iterates over the properties that are times.
    pub fn times(&self) -> impl Iterator<Item = &'static Property> {
        self.properties.iter().filter(|property| matches!(property.kind, Kind::Time))
    }

    /// Returns whether the object has a time.
    pub fn is_dated(&self) -> bool {
        self.times().next().is_some()
    }

    /// Returns whether the object is a log line.
    pub fn is_line(&self) -> bool {
        self.properties.iter().any(|property| matches!(property.kind, Kind::Severity))
    }
}
