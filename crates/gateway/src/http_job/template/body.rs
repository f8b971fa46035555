//! JSON bodies of requests with variables and secrets.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::text::{Template, Variable, Variables};
use crate::request_secrets::{SecretSource, SecretValues};

/// A JSON document whose texts are templates.
#[derive(Clone, Debug, PartialEq)]
pub enum JsonTemplate {
    /// A value without variables.
    Value(Value),
    /// A text.
    Text(Template),
    /// An array.
    Array(Vec<JsonTemplate>),
    /// An object.
    Object(Vec<(String, JsonTemplate)>),
}

impl JsonTemplate {
    /// Parses the texts of a document. Relative paths of secrets start at `directory`.
    ///
    /// # Errors
    ///
    /// Fails if a text is not a template with the `allowed` variables.
    pub fn parse(document: &Value, allowed: &[Variable], directory: &Path) -> Result<Self> {
        Ok(match document {
            Value::String(text) => Self::Text(Template::parse(text, allowed, directory)?),
            Value::Array(elements) => {
                let parse = |element| Self::parse(element, allowed, directory);
                Self::Array(elements.iter().map(parse).collect::<Result<_>>()?)
            }
            Value::Object(members) => {
                let parse = |(name, value): (&String, _)| {
                    let value =
                        Self::parse(value, allowed, directory).with_context(|| format!("`{name}`"))?;
                    Ok((name.clone(), value))
                };
                Self::Object(members.iter().map(parse).collect::<Result<_>>()?)
            }
            value => Self::Value(value.clone()),
        })
    }

    /// Returns the places of the secrets in it.
    pub fn secrets(&self) -> Vec<SecretSource> {
        match self {
            Self::Value(_) => Vec::new(),
            Self::Text(template) => template.secrets().cloned().collect(),
            Self::Array(elements) => elements.iter().flat_map(Self::secrets).collect(),
            Self::Object(members) => members.iter().flat_map(|(_, value)| value.secrets()).collect(),
        }
    }

    /// Returns whether a text of it contains the variable.
    pub fn contains(&self, variable: Variable) -> bool {
        match self {
            Self::Value(_) => false,
            Self::Text(template) => template.contains(variable),
            Self::Array(elements) => elements.iter().any(|element| element.contains(variable)),
            Self::Object(members) => members.iter().any(|(_, value)| value.contains(variable)),
        }
    }

    /// Returns the document. A text that is only `{run_id}` has the type of the id, which some engines require.
    pub(in crate::http_job) fn render(&self, variables: &Variables, secrets: &SecretValues) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Text(template) => match (template.only_variable(), &variables.run_id) {
                (Some(Variable::RunId), Some(id)) => id.clone(),
                _ => Value::String(template.render(variables, secrets)),
            },
            Self::Array(elements) => {
                Value::Array(elements.iter().map(|element| element.render(variables, secrets)).collect())
            }
            Self::Object(members) => {
                let render =
                    |(name, value): &(String, Self)| (name.clone(), value.render(variables, secrets));
                Value::Object(members.iter().map(render).collect::<Map<_, _>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_escaped_and_ids_keep_their_type() {
        let document = json!({ "a": ["x {run_id}", null, 1.5], "id": "{run_id}", "{run_id}": "{{}}" });
        let body = JsonTemplate::parse(&document, Variable::ALL, Path::new("")).unwrap();
        let render = |run_id: Value| {
            let variables = Variables { run_id: Some(run_id), ..Variables::default() };
            body.render(&variables, &SecretValues::default())
        };
        let large = 9_007_199_254_740_993_u64;
        let expected = json!({ "a": [format!("x {large}"), null, 1.5], "id": large, "{run_id}": "{}" });
        assert_eq!(render(json!(large)), expected);
        let hostile = "\", \"admin\": \"true";
        assert_eq!(render(json!(hostile))["a"][0], format!("x {hostile}"));
        let unknown = JsonTemplate::parse(&json!({ "a": { "b": "{x}" } }), Variable::ALL, Path::new(""));
        assert!(format!("{:#}", unknown.unwrap_err()).starts_with("`a`: `b`: `{x}` is unknown here."));
    }
}
