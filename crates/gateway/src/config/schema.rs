//! The JSON Schema of the configuration file.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Value, json};

use super::gateway_job::GatewayJob;
use super::read::File;

/// Returns the JSON Schema of the configuration file, from the types that read it and their comments.
///
/// `default` and `x-default` are what applies without a key: a value, or a text about it.
pub fn schema() -> Schema {
    let settings = SchemaSettings::draft07().with_transform(WithoutNull).with_transform(OneLineParagraphs);
    let mut schema = settings.into_generator().into_root_schema_for::<File<GatewayJob>>();
    schema.insert("title".to_owned(), json!("gateway.toml"));
    schema
}

/// Makes each paragraph of a description one line, as editors show it.
#[derive(Clone, Debug)]
struct OneLineParagraphs;

impl Transform for OneLineParagraphs {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::String(text)) = schema.get_mut("description") {
            let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
            *text = paragraphs.collect::<Vec<_>>().join("\n\n");
        }
        transform_subschemas(self, schema);
    }
}

/// Removes null from optional values: a TOML file leaves them out.
#[derive(Clone, Debug)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            values.retain(|value| !value.is_null());
        }
        if let Some(Value::Array(parts)) = schema.get_mut("anyOf") {
            parts.retain(|part| *part != json!({ "type": "null" }));
            if let [Value::Object(only)] = parts.as_slice() {
                let only = only.clone();
                schema.remove("anyOf");
                only.into_iter().for_each(|(name, value)| drop(schema.insert(name, value)));
            }
        }
        transform_subschemas(self, schema);
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;

    use super::*;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Table {
        optional: Option<u8>,
    }

    #[test]
    fn optional_values_are_not_null() {
        let settings = SchemaSettings::draft07().with_transform(WithoutNull);
        let schema = settings.into_generator().into_root_schema_for::<Table>();
        assert_eq!(schema.get("properties").unwrap()["optional"]["type"], "integer");
        assert!(!schema.as_value().to_string().contains("null"));
    }
}
