//! Examples, given or made of those of the parts.

use serde_json::Value;

use super::{Spec, spec::members};

/// What a body looks like: its own example, or its schema's.
pub fn of_body(spec: &Spec, body: &Value) -> Option<Value> {
    body.get("example").cloned().or_else(|| of_schema(spec, body.get("schema")?))
}

/// A schema's example; an object's is made of its properties', an array's of its items'.
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
