//! Generates Rust constants with the shapes of the contract's responses: which property is a time, an id, a text, a number of
//! an enumeration or an array of objects, and which are required.

use std::fmt::Write;

use serde_json::Value;

pub fn constants(spec: &Value) -> String {
    let mut out = String::new();
    let schemas = spec["components"]["schemas"].as_object().expect("the contract has schemas");
    for (name, schema) in schemas.iter().filter(|(_, schema)| schema["type"] == "object") {
        let constant = constant(name);
        writeln!(out, "static {constant}: Object = Object {{ properties: &[")
            .expect("writing to a string does not fail");
        for (property, property_schema) in schema["properties"].as_object().into_iter().flatten() {
            let is_required =
                schema["required"].as_array().into_iter().flatten().any(|r| r == property.as_str());
            let kind = kind(spec, property_schema);
            writeln!(out, "Property {{ name: {property:?}, kind: {kind}, is_required: {is_required} }},")
                .expect("writing to a string does not fail");
        }
        writeln!(out, "] }};").expect("writing to a string does not fail");
    }
    writeln!(out, "static RESPONSES: &[(&str, Shape)] = &[").expect("writing to a string does not fail");
    let items = spec["paths"].as_object().into_iter().flatten().flat_map(|(_, item)| item.as_object());
    for operation in items.flatten().map(|(_, operation)| operation).filter(|o| o["operationId"].is_string())
    {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let (object, is_array) = object_of(spec, schema);
        let id = &operation["operationId"];
        writeln!(out, "({id}, Shape {{ object: &{object}, is_array: {is_array} }}),")
            .expect("writing to a string does not fail");
    }
    writeln!(out, "];").expect("writing to a string does not fail");
    out
}

/// Returns the constant of the object that a schema is or is an array of.
fn object_of(spec: &Value, schema: &Value) -> (String, bool) {
    match reference(schema) {
        Some(name) => match &spec["components"]["schemas"][name] {
            resolved if resolved["type"] == "array" => (object_of(spec, &resolved["items"]).0, true),
            _ => (constant(name), false),
        },
        None if schema["type"] == "array" => (object_of(spec, &schema["items"]).0, true),
        None => panic!("a response of the contract is neither an object nor an array of them: {schema}"),
    }
}

fn kind(spec: &Value, schema: &Value) -> String {
    match reference(schema) {
        Some("Timestamp") => "Kind::Time".to_owned(),
        Some("LogId") => "Kind::LogId".to_owned(),
        Some(name) if spec["components"]["schemas"][name]["format"] == "uuid" => "Kind::Id".to_owned(),
        Some(name @ ("Severity" | "JobStatusCode" | "ExecutionState")) => format!("Kind::{name}"),
        Some(name) if spec["components"]["schemas"][name]["type"] == "object" => {
            format!("Kind::Object(&{})", constant(name))
        }
        None if schema["type"] == "array" && reference(&schema["items"]).is_some() => {
            format!("Kind::Array(&{})", object_of(spec, &schema["items"]).0)
        }
        None if schema["type"] == "string" && schema.get("format").is_none() => "Kind::Text".to_owned(),
        _ => "Kind::Other".to_owned(),
    }
}

/// Returns the name of the schema that is referred to, also by an `allOf` of one.
fn reference(schema: &Value) -> Option<&str> {
    let schema = schema.get("allOf").and_then(|all| all.get(0)).unwrap_or(schema);
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// Converts a name like `JobExecution` to `JOB_EXECUTION`.
fn constant(name: &str) -> String {
    let mut constant = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !constant.is_empty() {
            constant.push('_');
        }
        constant.extend(letter.to_uppercase());
    }
    constant
}
