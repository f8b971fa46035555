//! Texts and JSON documents with variables and secrets.

use std::borrow::Cow;
use std::fmt::{self, Debug, Formatter};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};

use crate::request_secrets::{SecretSource, SecretValues};

/// A value that differs between notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable(pub &'static str);

/// A part of a template.
#[derive(Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(Variable),
    Secret(SecretSource),
}

/// A text with `{name}` for a variable, `${env:NAME}` or `${file:PATH}` for a secret, and `{{` and `}}` for braces.
#[derive(Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

impl Template {
    /// Parses a text. Relative paths of secrets start at `directory`.
    ///
    /// # Errors
    ///
    /// Fails if a brace does not belong to anything, or a variable is not one of `allowed`. The error does not contain the text.
    pub fn parse(text: &str, allowed: &[Variable], directory: &Path) -> Result<Self> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}', '$']) {
            let (before, found) = rest.split_at(at);
            plain.push_str(before);
            let (part, after) = if let Some(after) = found.strip_prefix("{{") {
                (Part::Text("{".to_owned()), after)
            } else if let Some(after) = found.strip_prefix("}}") {
                (Part::Text("}".to_owned()), after)
            } else if let Some(after) = found.strip_prefix("${") {
                let (source, after) = until_brace(after, "${")?;
                (Part::Secret(SecretSource::parse(source, directory)?), after)
            } else if let Some(after) = found.strip_prefix('$') {
                (Part::Text("$".to_owned()), after)
            } else if let Some(after) = found.strip_prefix('{') {
                let (name, after) = until_brace(after, "{")?;
                (Part::Variable(variable(name, allowed)?), after)
            } else {
                bail!("it has `}}` without `{{`. Write `}}}}` for a brace");
            };
            match part {
                Part::Text(text) => plain.push_str(&text),
                part => {
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(part);
                }
            }
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// Returns the places of the secrets in it.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretSource> {
        self.0.iter().filter_map(|part| match part {
            Part::Secret(source) => Some(source),
            _ => None,
        })
    }

    /// Returns the secret if it is all of the text.
    pub fn only_secret(&self) -> Option<&SecretSource> {
        match self.0.as_slice() {
            [Part::Secret(source)] => Some(source),
            _ => None,
        }
    }

    /// Returns the text with the values of variables and secrets.
    pub(crate) fn render<'a>(
        &self,
        value_of: impl Fn(Variable) -> Cow<'a, str>,
        secrets: &SecretValues,
    ) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable(variable) => value_of(*variable).into_owned(),
            Part::Secret(source) => secrets.get(source).to_owned(),
        };
        self.0.iter().map(part).collect()
    }
}

/// Does not write the text, which may be the secret address of a webhook.
impl Debug for Template {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Template")
    }
}

fn until_brace<'a>(text: &'a str, start: &str) -> Result<(&'a str, &'a str)> {
    text.split_once('}').with_context(|| format!("it has `{start}` without `}}`. Write `{{{{` for a brace"))
}

fn variable(name: &str, allowed: &[Variable]) -> Result<Variable> {
    allowed.iter().copied().find(|variable| variable.0 == name).ok_or_else(|| {
        let names: Vec<_> = allowed.iter().map(|variable| format!("{{{}}}", variable.0)).collect();
        let names = if names.is_empty() { "no variables".to_owned() } else { names.join(", ") };
        anyhow!("`{{{name}}}` is unknown here. Use {names}, or write `{{{{` for a brace")
    })
}

/// A JSON document whose texts are templates. What a value contains becomes a part of a text, never of the structure.
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

    /// Returns the document.
    pub(crate) fn render<'a>(
        &self,
        value_of: &impl Fn(Variable) -> Cow<'a, str>,
        secrets: &SecretValues,
    ) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Text(template) => Value::String(template.render(value_of, secrets)),
            Self::Array(elements) => {
                Value::Array(elements.iter().map(|element| element.render(value_of, secrets)).collect())
            }
            Self::Object(members) => {
                let render = |(name, value): &(String, Self)| (name.clone(), value.render(value_of, secrets));
                Value::Object(members.iter().map(render).collect::<Map<_, _>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const VARIABLES: &[Variable] = &[Variable("title"), Variable("job")];

    #[test]
    fn values_are_text_in_json_whatever_they_contain() {
        let hostile = "\", \"admin\": \"\u{7}\n{job}${env:HOME}";
        let document = json!({ "a": ["x {title}", null, 1.5], "{title}": "{{}} ${env:NAME}$" });
        let body = JsonTemplate::parse(&document, VARIABLES, Path::new("")).unwrap();
        let rendered = body.render(&|_| Cow::Borrowed(hostile), &SecretValues::default());
        assert_eq!(rendered, json!({ "a": [format!("x {hostile}"), null, 1.5], "{title}": "{} $" }));
        assert_eq!(body.secrets().len(), 1);
        assert!(!format!("{body:?}").contains("NAME"));
    }

    #[test]
    fn mistakes_are_refused_with_what_to_write() {
        for (text, expected) in [
            ("{run}", "`{run}` is unknown here. Use {title}, {job}, or write `{{` for a brace"),
            ("{", "without `}`"),
            ("${env:A", "without `}`"),
            ("a}", "Write `}}` for a brace"),
            ("${vault:x}", "Write `${env:NAME}`"),
        ] {
            let error = JsonTemplate::parse(&json!({ "b": text }), VARIABLES, Path::new("")).unwrap_err();
            let error = format!("{error:#}");
            assert!(error.starts_with("`b`: ") && error.contains(expected), "{text}: {error}");
        }
    }
}
