//! Texts and JSON documents with the values of a notification.

use std::borrow::Cow;

use serde_json::Value;

use crate::request_secrets::SecretValues;
use crate::request_template::{self, TemplateVariable};

/// A value that differs between notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable(pub &'static str);

impl TemplateVariable for Variable {
    fn name(self) -> &'static str {
        self.0
    }
}

/// A text with the values of a notification.
pub type Template = request_template::Template<Variable>;
/// A JSON document with the values of a notification.
pub type JsonTemplate = request_template::JsonTemplate<Variable>;

impl Template {
    /// Returns the text with the values of variables and secrets.
    pub(crate) fn render<'a>(
        &self,
        value_of: impl Fn(Variable) -> Cow<'a, str>,
        secrets: &SecretValues,
    ) -> String {
        self.render_with(|variable| value_of(variable).into_owned(), |source| secrets.get(source).to_owned())
    }
}

impl JsonTemplate {
    /// Returns the document.
    pub(crate) fn render<'a>(
        &self,
        value_of: &impl Fn(Variable) -> Cow<'a, str>,
        secrets: &SecretValues,
    ) -> Value {
        self.render_with(&|template: &Template| Value::String(template.render(value_of, secrets)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
