//! A specification, as far as the page shows it.

use serde_json::Value;

/// Everything else in a path item is not an operation.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// That of every body.
pub const MEDIA_TYPE: &str = "application/json";

pub struct Spec(Value);

pub struct Operation<'a> {
    pub id: &'a str,
    pub method: String,
    pub path: &'a str,
    pub parameters: Vec<&'a Value>,
    pub said: &'a Value,
}

impl Spec {
    pub fn new(value: Value) -> Self {
        Self(value)
    }

    /// What stands at a JSON pointer.
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or_else(|| panic!("there is no {pointer}"))
    }

    pub fn members(&self, pointer: &str) -> impl Iterator<Item = (&str, &Value)> {
        members(self.at(pointer))
    }

    pub fn tags(&self) -> &[Value] {
        list(self.at("/tags"))
    }

    /// The thing itself where there is a reference, also one in an `allOf`, by which a reference is described.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match (value["$ref"].as_str(), list(&value["allOf"])) {
            (Some(reference), _) => self.at(reference.trim_start_matches('#')),
            (None, [only]) => self.resolve(only),
            (None, []) => value,
            (None, several) => panic!("an allOf of {} schemas", several.len()),
        }
    }

    /// Every operation, in the order of the file.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        let mut operations = Vec::new();
        for (path, item) in self.members("/paths") {
            for method in METHODS {
                let Some(said) = item.get(method) else { continue };
                assert!(
                    said.get("security").is_none(),
                    "the page shows one scheme for all operations: {said}"
                );
                let taken = [item, said].into_iter().flat_map(|from| list(&from["parameters"]));
                operations.push(Operation {
                    id: text(said, "operationId"),
                    method: method.to_uppercase(),
                    path,
                    parameters: taken.map(|parameter| self.resolve(parameter)).collect(),
                    said,
                });
            }
        }
        operations
    }

    /// The server that is an address as it stands.
    pub fn plain_server(&self) -> &str {
        let plain = list(self.at("/servers")).iter().find(|server| server.get("variables").is_none());
        text(plain.expect("a server without variables"), "url")
    }

    /// A value's default, also where only what it refers to has one.
    pub fn default_of<'a>(&'a self, schema: &'a Value) -> Option<&'a Value> {
        schema.get("default").or_else(|| self.resolve(schema).get("default"))
    }

    /// Whether a word can only be the name of an operation: it is also no value of an enumeration.
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
        text(self.said, "summary")
    }

    pub fn tag(&self) -> &'a str {
        self.said["tags"][0].as_str().expect("every operation has a tag")
    }

    /// What it takes.
    pub fn body(&self) -> Option<&'a Value> {
        self.said["requestBody"]["content"].get(MEDIA_TYPE)
    }

    /// Its answers, by status; a status may be a range.
    pub fn responses(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        members(&self.said["responses"])
    }
}

/// The body of an answer.
pub fn body_of(response: &Value) -> &Value {
    &response["content"][MEDIA_TYPE]
}

/// The name of the component that is referred to, also in an `allOf`.
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
