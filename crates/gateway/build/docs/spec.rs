//! Reads the parts of a specification that the page shows.

use serde_json::Value;

/// The members of a path item that are operations.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The media type of every body.
pub const MEDIA_TYPE: &str = "application/json";

/// A specification.
pub struct Spec(Value);

/// An operation.
pub struct Operation<'a> {
    pub id: &'a str,
    pub method: String,
    pub path: &'a str,
    pub parameters: Vec<&'a Value>,
    pub definition: &'a Value,
}

impl Spec {
    pub fn new(value: Value) -> Self {
        Self(value)
    }

    /// Returns the value at a JSON pointer.
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or_else(|| panic!("there is no {pointer}"))
    }

    pub fn members(&self, pointer: &str) -> impl Iterator<Item = (&str, &Value)> {
        members(self.at(pointer))
    }

    pub fn tags(&self) -> &[Value] {
        list(self.at("/tags"))
    }

    /// Returns the target of a reference, also of one in an `allOf`, or else the value itself.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match (value["$ref"].as_str(), list(&value["allOf"])) {
            (Some(reference), _) => self.at(reference.trim_start_matches('#')),
            (None, [only]) => self.resolve(only),
            (None, []) => value,
            (None, several) => panic!("an allOf of {} schemas", several.len()),
        }
    }

    /// Returns all operations in the order of the file.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        let mut operations = Vec::new();
        for (path, item) in self.members("/paths") {
            for method in METHODS {
                let Some(definition) = item.get(method) else { continue };
                assert!(
                    definition.get("security").is_none(),
                    "the page shows one scheme for all operations: {definition}"
                );
                let parameters = [item, definition].into_iter().flat_map(|from| list(&from["parameters"]));
                operations.push(Operation {
                    id: text(definition, "operationId"),
                    method: method.to_uppercase(),
                    path,
                    parameters: parameters.map(|parameter| self.resolve(parameter)).collect(),
                    definition,
                });
            }
        }
        operations
    }

    /// Returns the URL of the server without variables.
    pub fn plain_server(&self) -> &str {
        let plain = list(self.at("/servers")).iter().find(|server| server.get("variables").is_none());
        text(plain.expect("a server without variables"), "url")
    }

    /// Returns the default of a value, or of the target of its reference.
    pub fn default_of<'a>(&'a self, schema: &'a Value) -> Option<&'a Value> {
        schema.get("default").or_else(|| self.resolve(schema).get("default"))
    }

    /// Returns whether a word is the id of an operation, and not also a value of an enumeration.
    pub fn names_operation(&self, word: &str) -> bool {
        let is_value = || is_value(self.at("/components/schemas"), word);
        self.operations().iter().any(|operation| operation.id == word) && !is_value()
    }
}

fn is_value(of: &Value, word: &str) -> bool {
    match of {
        Value::Object(members) => {
            list(&of["enum"]).iter().any(|value| value == word)
                || members.values().any(|of| is_value(of, word))
        }
        Value::Array(items) => items.iter().any(|of| is_value(of, word)),
        _ => false,
    }
}

impl<'a> Operation<'a> {
    pub fn summary(&self) -> &'a str {
        text(self.definition, "summary")
    }

    pub fn tag(&self) -> &'a str {
        self.definition["tags"][0].as_str().expect("every operation has a tag")
    }

    /// Returns the body of its request.
    pub fn body(&self) -> Option<&'a Value> {
        self.definition["requestBody"]["content"].get(MEDIA_TYPE)
    }

    /// Returns its responses by status, which may be a range.
    pub fn responses(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        members(&self.definition["responses"])
    }
}

/// Returns the body of a response.
pub fn body_of(response: &Value) -> &Value {
    &response["content"][MEDIA_TYPE]
}

/// Returns the name of the component that a reference refers to, also of one in an `allOf`.
pub fn reference(value: &Value) -> Option<&str> {
    match (value["$ref"].as_str(), list(&value["allOf"])) {
        (Some(reference), _) => reference.rsplit('/').next(),
        (None, [only]) => reference(only),
        _ => None,
    }
}

pub fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_else(|| panic!("there is no {name} in {of}"))
}

pub fn optional<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    of[name].as_str()
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}
