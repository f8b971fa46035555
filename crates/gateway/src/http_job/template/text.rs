//! Texts of requests with variables and secrets.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use uuid::Uuid;

use crate::request_secrets::{SecretSource, SecretValues, encode};

/// A value that differs between runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// The id that the engine gave the run.
    RunId,
    /// The trigger id of the run, nil if the API did not start it.
    TriggerId,
    /// The id of the execution.
    ExecutionId,
    /// The id of the job.
    JobId,
    /// The address at which the run is polled, at the start of a URL only.
    PollUrl,
}

impl Variable {
    /// The variables that are known before the engine has responded.
    pub const BEFORE_START: &[Self] = &[Self::TriggerId, Self::ExecutionId, Self::JobId];
    /// The variables of a request that polls.
    pub const OF_POLL: &[Self] = &[Self::RunId, Self::TriggerId, Self::ExecutionId, Self::JobId];
    /// All variables.
    pub const ALL: &[Self] = &[Self::RunId, Self::TriggerId, Self::ExecutionId, Self::JobId, Self::PollUrl];

    /// Returns the name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::RunId => "run_id",
            Self::TriggerId => "trigger_id",
            Self::ExecutionId => "execution_id",
            Self::JobId => "job_id",
            Self::PollUrl => "poll_url",
        }
    }
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Variable(Variable),
    Secret(SecretSource),
}

/// A text with `{name}` for a variable, `${env:NAME}` or `${file:PATH}` for a secret, and `{{` and `}}` for braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(pub(super) Vec<Part>);

/// The values of the variables of a run.
#[derive(Clone, Debug, Default)]
pub(in crate::http_job) struct Variables {
    pub trigger_id: Uuid,
    pub execution_id: Uuid,
    pub job_id: Uuid,
    /// A text or a number.
    pub run_id: Option<Value>,
    pub poll_url: Option<String>,
}

impl Variables {
    /// Returns the id of the run in the engine as text.
    pub fn run_id_text(&self) -> Option<String> {
        self.run_id.as_ref().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned))
    }

    fn text(&self, variable: Variable) -> String {
        match variable {
            Variable::RunId => self.run_id_text().unwrap_or_default(),
            Variable::TriggerId => self.trigger_id.to_string(),
            Variable::ExecutionId => self.execution_id.to_string(),
            Variable::JobId => self.job_id.to_string(),
            Variable::PollUrl => self.poll_url.clone().unwrap_or_default(),
        }
    }
}

impl Template {
    /// Parses a text. Relative paths of secrets start at `directory`.
    ///
    /// # Errors
    ///
    /// Fails if a brace does not belong to anything, or a variable is not one of `allowed`.
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

    /// Returns whether it contains the variable.
    pub fn contains(&self, variable: Variable) -> bool {
        self.0.contains(&Part::Variable(variable))
    }

    /// Returns the variable if it is all of the text.
    pub(in crate::http_job) fn only_variable(&self) -> Option<Variable> {
        match self.0.as_slice() {
            [Part::Variable(variable)] => Some(*variable),
            _ => None,
        }
    }

    /// Returns the text with the values as they are.
    pub(in crate::http_job) fn render(&self, variables: &Variables, secrets: &SecretValues) -> String {
        self.render_with(variables, secrets, |text| text)
    }

    /// Returns the text with the values escaped for a URL.
    pub(in crate::http_job) fn render_encoded(
        &self,
        variables: &Variables,
        secrets: &SecretValues,
    ) -> String {
        self.render_with(variables, secrets, |text| encode(&text))
    }

    pub(super) fn render_with(
        &self,
        variables: &Variables,
        secrets: &SecretValues,
        escape: impl Fn(String) -> String,
    ) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            // It is a URL already, and at the start.
            Part::Variable(Variable::PollUrl) => variables.text(Variable::PollUrl),
            Part::Variable(variable) => escape(variables.text(*variable)),
            Part::Secret(source) => escape(secrets.get(source).to_owned()),
        };
        self.0.iter().map(part).collect()
    }
}

fn until_brace<'a>(text: &'a str, start: &str) -> Result<(&'a str, &'a str)> {
    text.split_once('}').with_context(|| format!("it has `{start}` without `}}`. Write `{{{{` for a brace"))
}

fn variable(name: &str, allowed: &[Variable]) -> Result<Variable> {
    allowed.iter().copied().find(|variable| variable.name() == name).ok_or_else(|| {
        let names: Vec<_> = allowed.iter().map(|variable| format!("{{{}}}", variable.name())).collect();
        let hint = match name {
            "run_id" => " It is known after the start, with `run_id` in `start`.",
            "poll_url" => " It is known with `url_from` in `poll`.",
            _ => "",
        };
        let names = if names.is_empty() { "no variables".to_owned() } else { names.join(", ") };
        anyhow!("`{{{name}}}` is unknown here.{hint} Use {names}, or write `{{{{` for a brace")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Template> {
        Template::parse(text, Variable::ALL, Path::new("/base"))
    }

    fn variables() -> Variables {
        Variables {
            run_id: Some(Value::from("a/b c?\u{e4}")),
            poll_url: Some("https://a.example/runs/7".to_owned()),
            ..Variables::default()
        }
    }

    #[test]
    fn braces_variables_and_dollars_are_read() {
        let render = |text| parse(text).unwrap().render(&variables(), &SecretValues::default());
        assert_eq!(render("a{{b}} $5 {run_id}$"), "a{b} $5 a/b c?\u{e4}$");
        assert_eq!(render(""), "");
        assert_eq!(parse("x ${file:a b} ${env:NAME}").unwrap().secrets().count(), 2);
    }

    #[test]
    fn mistakes_are_refused_with_what_to_write() {
        for (text, expected) in [
            ("{run}", "`{run}` is unknown here. Use {run_id}, "),
            ("{poll}", "or write `{{` for a brace"),
            ("{", "without `}`"),
            ("${env:A", "without `}`"),
            ("a}", "Write `}}` for a brace"),
            ("${vault:x}", "Write `${env:NAME}`"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
