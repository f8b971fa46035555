//! The JSON schemas of arguments and results.

use std::{any::Any, sync::Arc};

use rmcp::{
    handler::server::tool::{schema_for_input, schema_for_output},
    model::JsonObject,
    schemars::JsonSchema,
};
use serde_json::Value;

/// Returns the schema of the arguments of a tool.
pub(super) fn input<T: JsonSchema + Any>() -> Arc<JsonObject> {
    without_number_formats(schema_for_input::<T>().expect("arguments are an object"))
}

/// Returns the schema of the result of a tool.
pub(super) fn output<T: JsonSchema + Any>() -> Arc<JsonObject> {
    without_number_formats(schema_for_output::<T>())
}

/// Removes the formats of numbers, such as `uint32`. They are not part of JSON Schema, and clients warn about them.
fn without_number_formats(schema: Arc<JsonObject>) -> Arc<JsonObject> {
    let mut schema = Value::Object(Arc::unwrap_or_clone(schema));
    remove_number_formats(&mut schema);
    match schema {
        Value::Object(schema) => Arc::new(schema),
        _ => unreachable!("the schema is still an object"),
    }
}

fn remove_number_formats(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("format").is_some_and(|format| format != "uuid") {
                members.remove("format");
            }
            members.values_mut().for_each(remove_number_formats);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_number_formats),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use rmcp::schemars;

    use super::*;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Example {
        number: Option<u32>,
        list: Vec<f64>,
        #[schemars(extend("format" = "uuid"))]
        id: String,
    }

    #[test]
    fn formats_of_numbers_are_removed() {
        let schema = serde_json::to_string(&input::<Example>()).unwrap();
        assert!(!schema.contains("uint32") && !schema.contains("double"), "{schema}");
        assert!(schema.contains("\"format\":\"uuid\"") && schema.contains("\"minimum\":0"), "{schema}");
    }
}
