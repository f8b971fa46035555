//! Texts of requests with variables and secrets.

use serde_json::Value;
use uuid::Uuid;

use crate::request_secrets::{SecretValues, encode};
use crate::request_template::{self, TemplateVariable};

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
}

impl TemplateVariable for Variable {
    fn name(self) -> &'static str {
        match self {
            Self::RunId => "run_id",
            Self::TriggerId => "trigger_id",
            Self::ExecutionId => "execution_id",
            Self::JobId => "job_id",
            Self::PollUrl => "poll_url",
        }
    }

    fn hint(name: &str) -> &'static str {
        match name {
            "run_id" => " It is known after the start, with `run_id` in `start`.",
            "poll_url" => " It is known with `url_from` in `poll`.",
            _ => "",
        }
    }
}

/// A text with the variables of a run.
pub type Template = request_template::Template<Variable>;

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
    /// Returns the text with the values as they are.
    pub(in crate::http_job) fn render(&self, variables: &Variables, secrets: &SecretValues) -> String {
        self.render_escaped(variables, secrets, |text| text)
    }

    /// Returns the text with the values escaped for a URL.
    pub(in crate::http_job) fn render_encoded(
        &self,
        variables: &Variables,
        secrets: &SecretValues,
    ) -> String {
        self.render_escaped(variables, secrets, |text| encode(&text))
    }

    pub(super) fn render_escaped(
        &self,
        variables: &Variables,
        secrets: &SecretValues,
        escape: impl Fn(String) -> String,
    ) -> String {
        let value_of = |variable: Variable| match variable {
            // It is a URL already, and at the start.
            Variable::PollUrl => variables.text(variable),
            variable => escape(variables.text(variable)),
        };
        self.render_with(value_of, |source| escape(secrets.get(source).to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use anyhow::Result;

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
