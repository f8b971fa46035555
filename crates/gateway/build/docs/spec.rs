//! `openapi.yaml`, as far as the page shows it.

use serde_json::Value;

/// Everything else in a path item is not an operation.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

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
        self.0.pointer(pointer).unwrap_or_else(|| panic!("the contract has no {pointer}"))
    }

    pub fn members(&self, pointer: &str) -> impl Iterator<Item = (&str, &Value)> {
        members(self.at(pointer))
    }

    pub fn tags(&self) -> &[Value] {
        list(self.at("/tags"))
    }

    /// The thing itself where there is a reference, also one in an `allOf`, by which the contract describes a reference.
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

    /// What a body looks like: its own example, or its schema's.
    pub fn example_of<'a>(&'a self, body: &'a Value) -> Option<&'a Value> {
        body.get("example").or_else(|| self.resolve(&body["schema"]).get("example"))
    }
}

impl<'a> Operation<'a> {
    pub fn summary(&self) -> &'a str {
        text(self.said, "summary")
    }

    pub fn tag(&self) -> &'a str {
        self.said["tags"][0].as_str().expect("every operation has a tag")
    }

    /// Its answers, by status; a status may be a range.
    pub fn responses(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        members(&self.said["responses"])
    }
}

/// The body of an answer.
pub fn body_of(response: &Value) -> &Value {
    &response["content"]["application/json"]
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
    of[name].as_str().unwrap_or_else(|| panic!("the contract lacks {name} in {of}"))
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}
