//! JSON documents with variables and secrets.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::text::{Template, TemplateVariable};
use crate::request_secrets::SecretSource;

/// A JSON document whose texts are templates. What a value contains becomes a part of a text, never of the structure.
#[derive(Clone, Debug, PartialEq)]
pub enum JsonTemplate<V> {
    /// A value without variables.
    Value(Value),
    /// A text.
    Text(Template<V>),
    /// An array.
    Array(Vec<JsonTemplate<V>>),
    /// An object.
    Object(Vec<(String, JsonTemplate<V>)>),
}

impl<V: TemplateVariable> JsonTemplate<V> {
    /// Parses the texts of a document. Relative paths of secrets start at `directory`.
    ///
    /// # Errors
    ///
    /// Fails if a text is not a template with the `allowed` variables.
    pub fn parse(document: &Value, allowed: &[V], directory: &Path) -> Result<Self> {
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
    pub fn contains(&self, variable: V) -> bool {
        match self {
            Self::Value(_) => false,
            Self::Text(template) => template.contains(variable),
            Self::Array(elements) => elements.iter().any(|element| element.contains(variable)),
            Self::Object(members) => members.iter().any(|(_, value)| value.contains(variable)),
        }
    }

    /// Returns the document with the values of its texts.
    pub(crate) fn render_with(&self, render: &impl Fn(&Template<V>) -> Value) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Text(template) => render(template),
            Self::Array(elements) => {
                Value::Array(elements.iter().map(|element| element.render_with(render)).collect())
            }
            Self::Object(members) => {
                let member = |(name, value): &(String, Self)| (name.clone(), value.render_with(render));
                Value::Object(members.iter().map(member).collect::<Map<_, _>>())
            }
        }
    }
}
