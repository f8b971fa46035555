//! What an answer must look like, as JSON Schema for the collection's tests.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::spec::{Spec, last_of, reference};

/// The schema with its references resolved, and without what is not promised: the numbers of an enumeration may grow,
/// and descriptions check nothing.
pub(super) fn promised(spec: &Spec, schema: &Value) -> Result<Value> {
    let schema = one(spec, schema)?;
    let mut shape = Map::new();
    let kind = schema["type"].as_str().context("a schema without a type")?;
    let nullable = schema["nullable"] == true;
    shape.insert("type".into(), if nullable { json!([kind, "null"]) } else { json!(kind) });
    if schema["format"] == "uuid" {
        shape.insert("format".into(), "uuid".into());
    }
    if let Some(required) = schema.get("required") {
        shape.insert("required".into(), required.clone());
    }
    if let Some(properties) = schema["properties"].as_object() {
        let shapes = properties.iter().map(|(name, of)| Ok((name.clone(), promised(spec, of)?)));
        shape.insert("properties".into(), Value::Object(shapes.collect::<Result<_>>()?));
    }
    if let Some(items) = schema.get("items") {
        shape.insert("items".into(), promised(spec, items)?);
    }
    Ok(shape.into())
}

/// The property of this schema, or of its items, that is a `component`.
pub(super) fn property_that_is<'a>(spec: &'a Spec, schema: &'a Value, component: &str) -> Result<&'a str> {
    let schema = one(spec, schema)?;
    if let Some(items) = schema.get("items") {
        return property_that_is(spec, items, component);
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut names = properties.filter(|(_, of)| reference(of).map(last_of) == Some(component));
    let (name, _) = names.next().with_context(|| format!("no property is a {component}"))?;
    Ok(name)
}

/// What a reference means, also one in an `allOf`, which the contract uses to describe a reference.
fn one<'a>(spec: &'a Spec, schema: &'a Value) -> Result<&'a Value> {
    match schema["allOf"].as_array().map(Vec::as_slice) {
        None => spec.resolve(schema),
        Some([only]) => spec.resolve(only),
        Some(several) => bail!("an allOf of {} schemas", several.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_promised_and_no_more() -> Result<()> {
        let spec: Spec = Spec::of(json!({ "components": { "schemas": {
            "Time": { "type": "string", "nullable": true, "description": "When." },
            "State": { "type": "integer", "format": "int32", "enum": [0, 1] },
            "Run": { "type": "object", "required": ["State"], "properties": {
                "State": { "$ref": "#/components/schemas/State" },
                "End": { "allOf": [{ "$ref": "#/components/schemas/Time" }], "description": "The end." },
            } },
        } } }));
        let runs = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Run" } });
        let run = json!({
            "type": "object",
            "required": ["State"],
            "properties": { "State": { "type": "integer" }, "End": { "type": ["string", "null"] } },
        });
        assert_eq!(promised(&spec, &runs)?, json!({ "type": "array", "items": run }));
        assert_eq!(property_that_is(&spec, &runs, "State")?, "State");
        assert!(property_that_is(&spec, &runs, "Nothing").is_err());
        Ok(())
    }
}
