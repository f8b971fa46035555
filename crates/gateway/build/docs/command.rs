//! The command that sends a request of an operation.

use serde_json::Value;

use super::example;
use super::kind::plain;
use super::security::Scheme;
use super::spec::{Operation, Spec, text};

/// Returns the command.
pub fn curl(spec: &Spec, operation: &Operation<'_>, scheme: &Scheme<'_>) -> String {
    let mut path = operation.path.to_owned();
    for parameter in operation.parameters.iter().filter(|parameter| parameter["in"] == "path") {
        path = path.replace(&format!("{{{}}}", text(parameter, "name")), &plain(&parameter["example"]));
    }
    let body = operation.body().and_then(|body| example::of_body(spec, body));
    let method = match operation.method.as_str() {
        "GET" => String::new(),
        // curl's default with a body.
        "POST" if body.is_some() => String::new(),
        other => format!(" --request {other}"),
    };
    let body = body.map(|body| format!(" --json '{}'", quoted(&body))).unwrap_or_default();
    let server = spec.plain_server();
    format!("{} |\n  curl{method} --header @-{body} \\\n  {server}{path}", scheme.header_command())
}

/// Escapes JSON for a shell.
fn quoted(body: &Value) -> String {
    format!("{body:#}").replace('\'', r"'\''").replace('\n', "\n  ")
}
