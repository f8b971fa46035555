//! The collection itself, in Postman's format v2.1.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{
    scripts,
    spec::{Operation, Spec, json_of},
};

pub(super) const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
/// The variable that is neither a parameter nor the key.
pub(super) const DOMAIN: &str = "Domain";
const INTRODUCTION: &str = include_str!("introduction.md");

/// The order in which a person needs them; what is not named here comes after.
const ORDER: [&str; 6] = [
    "list_jobs",
    "execute_job",
    "get_job_status",
    "list_job_statuses",
    "get_job_logs",
    "get_job_logs_by_trigger",
];

pub(super) fn collection(spec: &Spec) -> Result<Value> {
    let mut operations = spec.operations()?;
    operations.sort_by_key(|o| ORDER.iter().position(|id| *id == o.id).unwrap_or(ORDER.len()));
    let (extensions, vendors): (Vec<_>, Vec<_>) = operations.into_iter().partition(|o| o.is_extension);
    let requests = |of: &[Operation<'_>]| of.iter().map(|o| request(spec, o)).collect::<Result<Vec<_>>>();

    let mut items = requests(&vendors)?;
    items.push(json!({
        "name": "Extensions of txjobs",
        "description": "Not in the vendor's article. A run of the whole collection sends them only to a server that \
                        announces them, and only to end a run that it started itself.",
        "item": requests(&extensions)?,
    }));
    Ok(json!({
        "info": {
            "name": spec.text("/info/title")?,
            "description": format!("{INTRODUCTION}\n{}", spec.text("/info/description")?),
            "schema": SCHEMA,
        },
        "auth": auth(spec)?,
        // A redirect would carry the key to where it leads.
        "protocolProfileBehavior": { "followRedirects": false },
        "variable": variables(spec)?,
        "event": scripts::of_all(spec)?,
        "item": items,
    }))
}

/// Said once for all requests, and not as a header of each: a deployment with another header is one change, and
/// Postman knows that the value is a secret.
fn auth(spec: &Spec) -> Result<Value> {
    let (variable, scheme) = key(spec)?;
    let part = |key: &str, value: &str| json!({ "key": key, "value": value, "type": "string" });
    let header = scheme["name"].as_str().context("the key's header has no name")?;
    Ok(json!({
        "type": "apikey",
        "apikey": [part("key", header), part("value", &format!("{{{{{variable}}}}}")), part("in", "header")],
    }))
}

/// The name of the key's variable, and what the contract says of it.
pub(super) fn key(spec: &Spec) -> Result<(&str, &Value)> {
    let schemes = spec.at("/components/securitySchemes")?.as_object();
    let (name, scheme) = schemes.into_iter().flatten().next().context("the contract has no key")?;
    Ok((name, scheme))
}

/// The four variables of the vendor's collection. The key's has no value, here and in whatever is made of this.
fn variables(spec: &Spec) -> Result<Value> {
    let variable = |name: &str, value: &str, description: &Value| json!({ "key": name, "value": value, "type": "string", "description": description });
    let (name, scheme) = key(spec)?;
    let mut variables = vec![variable(name, "", &scheme["description"])];
    for (name, parameter) in spec.at("/components/parameters")?.as_object().into_iter().flatten() {
        if parameter["in"] == "path" {
            variables.push(variable(name, "", &parameter["description"]));
        }
    }
    let servers = spec.at("/servers")?.as_array().into_iter().flatten();
    let (templates, plain): (Vec<_>, Vec<_>) = servers.partition(|server| server.get("variables").is_some());
    let local = plain.first().and_then(|s| s["url"].as_str()).context("no server is a plain address")?;
    let description = templates.iter().find_map(|server| server.pointer("/variables/domain/description"));
    variables.push(variable(DOMAIN, local, description.context("no server has a domain to fill in")?));
    Ok(variables.into())
}

fn request(spec: &Spec, operation: &Operation<'_>) -> Result<Value> {
    let sent = json!({
        "method": operation.method,
        "header": [],
        "url": url(operation)?,
        "description": operation.description(),
    });
    let examples = operation.responses().map(|(status, said)| example(spec, status, said, &sent));
    let examples = examples.collect::<Result<Vec<_>>>()?;
    Ok(json!({
        "name": operation.summary(),
        "event": scripts::of_one(spec, operation)?,
        "request": sent,
        "response": examples.into_iter().flatten().collect::<Vec<_>>(),
    }))
}

fn url(operation: &Operation<'_>) -> Result<Value> {
    let host = format!("{{{{{DOMAIN}}}}}");
    let mut path = Vec::new();
    for piece in operation.path.trim_start_matches('/').split('/') {
        path.push(match piece.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            None => piece.to_owned(),
            Some(slot) => {
                let mut parameters = operation.parameters.iter();
                let found = parameters.find(|(_, p)| p["in"] == "path" && p["name"] == slot);
                let (variable, _) = found.with_context(|| format!("nothing fills {slot}"))?;
                format!("{{{{{variable}}}}}")
            }
        });
    }
    let raw = format!("{host}/{}", path.join("/"));
    let mut url = json!({ "raw": raw, "host": [host], "path": path });
    // All there are are extensions: they are offered, and not sent.
    let query = operation.parameters.iter().filter(|(_, parameter)| parameter["in"] == "query");
    let query: Vec<_> = query
        .map(|(_, parameter)| {
            let value = match &parameter["example"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            json!({
                "key": parameter["name"],
                "value": value,
                "description": parameter["description"],
                "disabled": parameter["required"] != true,
            })
        })
        .collect();
    if !query.is_empty() {
        url["query"] = query.into();
    }
    Ok(url)
}

/// An answer to look at without a server, if the contract shows one.
fn example(spec: &Spec, status: &str, response: &Value, sent: &Value) -> Result<Option<Value>> {
    let response = spec.resolve(response)?;
    let json = json_of(response);
    let schema = spec.resolve(&json["schema"])?;
    let Some(body) = json.get("example").or_else(|| schema.get("example")) else { return Ok(None) };
    let description = response["description"].as_str().unwrap_or_default();
    let first_sentence = description.split(&[':', '.', ';']).next().unwrap_or_default();
    let mut example = json!({
        "name": format!("{status}: {first_sentence}"),
        "originalRequest": sent,
        "_postman_previewlanguage": "json",
        "header": [{ "key": "Content-Type", "value": "application/json" }],
        "body": serde_json::to_string_pretty(body)?,
    });
    // A range such as 4XX has no number.
    if let Ok(code) = status.parse::<u16>() {
        example["code"] = code.into();
    }
    Ok(Some(example))
}

#[cfg(test)]
mod tests;
