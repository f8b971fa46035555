//! JSON bodies of requests to engines.

use serde_json::Value;

use super::text::{Template, Variable, Variables};
use crate::request_secrets::SecretValues;
use crate::request_template;

/// A JSON document with the variables of a run.
pub type JsonTemplate = request_template::JsonTemplate<Variable>;

impl JsonTemplate {
    /// Returns the document. A text that is only `{run_id}` has the type of the id, which some engines require.
    pub(in crate::http_job) fn render(&self, variables: &Variables, secrets: &SecretValues) -> Value {
        self.render_with(&|template: &Template| match (template.only_variable(), &variables.run_id) {
            (Some(Variable::RunId), Some(id)) => id.clone(),
            _ => Value::String(template.render(variables, secrets)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
