//! Texts with variables and secrets.

use std::fmt::{self, Debug, Formatter};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use crate::request_secrets::SecretSource;

/// A value that a template can contain.
pub trait TemplateVariable: Copy + Debug + PartialEq + 'static {
    /// Returns the name in the configuration.
    fn name(self) -> &'static str;

    /// Returns a sentence about a variable that is unknown where it is written, with a space before it, or nothing.
    fn hint(_name: &str) -> &'static str {
        ""
    }
}

/// A part of a template.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Part<V> {
    Text(String),
    Variable(V),
    Secret(SecretSource),
}

/// A text with `{name}` for a variable, `${env:NAME}` or `${file:PATH}` for a secret, and `{{` and `}}` for braces.
#[derive(Clone, PartialEq, Eq)]
pub struct Template<V>(pub(crate) Vec<Part<V>>);

impl<V: TemplateVariable> Template<V> {
    /// Parses a text. Relative paths of secrets start at `directory`.
    ///
    /// # Errors
    ///
    /// Fails if a brace does not belong to anything, or a variable is not one of `allowed`. The error does not contain the text.
    pub fn parse(text: &str, allowed: &[V], directory: &Path) -> Result<Self> {
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

    /// Returns whether it contains the variable.
    pub fn contains(&self, variable: V) -> bool {
        self.0.contains(&Part::Variable(variable))
    }

    /// Returns the variable if it is all of the text.
    pub fn only_variable(&self) -> Option<V> {
        match self.0.as_slice() {
            [Part::Variable(variable)] => Some(*variable),
            _ => None,
        }
    }

    /// Returns the secret if it is all of the text.
    pub fn only_secret(&self) -> Option<&SecretSource> {
        match self.0.as_slice() {
            [Part::Secret(source)] => Some(source),
            _ => None,
        }
    }

    /// Returns the text with the values of variables and secrets.
    pub(crate) fn render_with(
        &self,
        value_of: impl Fn(V) -> String,
        secret_of: impl Fn(&SecretSource) -> String,
    ) -> String {
        let part = |part: &Part<V>| match part {
            Part::Text(text) => text.clone(),
            Part::Variable(variable) => value_of(*variable),
            Part::Secret(source) => secret_of(source),
        };
        self.0.iter().map(part).collect()
    }
}

/// Does not write the text, which may be the secret address of a webhook.
impl<V> Debug for Template<V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Template")
    }
}

fn until_brace<'a>(text: &'a str, start: &str) -> Result<(&'a str, &'a str)> {
    text.split_once('}').with_context(|| format!("it has `{start}` without `}}`. Write `{{{{` for a brace"))
}

fn variable<V: TemplateVariable>(name: &str, allowed: &[V]) -> Result<V> {
    allowed.iter().copied().find(|variable| variable.name() == name).ok_or_else(|| {
        let names: Vec<_> = allowed.iter().map(|variable| format!("{{{}}}", variable.name())).collect();
        let names = if names.is_empty() { "no variables".to_owned() } else { names.join(", ") };
        let hint = V::hint(name);
        anyhow!("`{{{name}}}` is unknown here.{hint} Use {names}, or write `{{{{` for a brace")
    })
}
