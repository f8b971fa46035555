//! Examples of the specification, and examples that are composed of those of the parts.

use serde_json::Value;

use super::spec::{Spec, members};

/// Returns the example of a body, or that of its schema.
pub fn of_body(spec: &Spec, body: &Value) -> Option<Value> {
    body.get("example").cloned().or_else(|| of_schema(spec, body.get("schema")?))
}

/// Returns the example of a schema. Without one, it is composed of the examples of the properties or the items.
pub fn of_schema(spec: &Spec, schema: &Value) -> Option<Value> {
    let resolved = spec.resolve(schema);
    let of_properties = || {
        let examples = members(resolved.get("properties")?)
            .map(|(name, of)| Some((name.to_owned(), of_schema(spec, of)?)));
        Some(Value::Object(examples.collect::<Option<_>>()?))
    };
    let of_items = || Some(Value::Array(vec![of_schema(spec, resolved.get("items")?)?]));
    let own = schema.get("example").or_else(|| resolved.get("example"));
    own.cloned().or_else(of_properties).or_else(of_items)
}
