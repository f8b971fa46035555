//! `openapi.yaml`, as far as a collection needs it.

use anyhow::{Context, Result};
use serde_json::Value;

const FILE: &str = "openapi.yaml";
/// Everything else in a path item is not an operation.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(super) struct Spec(Value);

pub(super) struct Operation<'a> {
    pub(super) id: &'a str,
    pub(super) method: String,
    pub(super) path: &'a str,
    /// What the path item and the operation take, each with the name of its component.
    pub(super) parameters: Vec<(&'a str, &'a Value)>,
    pub(super) is_extension: bool,
    said: &'a Value,
}

impl Spec {
    pub(super) fn read() -> Result<Self> {
        let text = std::fs::read_to_string(FILE).with_context(|| format!("cannot read {FILE}"))?;
        Ok(Self(yaml_serde::from_str(&text).with_context(|| format!("{FILE} is not YAML"))?))
    }

    #[cfg(test)]
    pub(super) fn of(value: Value) -> Self {
        Self(value)
    }

    /// What stands at a JSON pointer.
    pub(super) fn at(&self, pointer: &str) -> Result<&Value> {
        self.0.pointer(pointer).with_context(|| format!("{FILE} has no {pointer}"))
    }

    pub(super) fn text(&self, pointer: &str) -> Result<&str> {
        self.at(pointer)?.as_str().with_context(|| format!("{pointer} of {FILE} is not a text"))
    }

    /// The thing itself where there is a reference.
    pub(super) fn resolve<'a>(&'a self, value: &'a Value) -> Result<&'a Value> {
        match reference(value) {
            Some(pointer) => self.at(pointer),
            None => Ok(value),
        }
    }

    /// Every operation, in the order of the file.
    pub(super) fn operations(&self) -> Result<Vec<Operation<'_>>> {
        let paths = self.at("/paths")?.as_object().context("the paths are no object")?;
        let mut operations = Vec::new();
        for (path, item) in paths {
            for method in METHODS {
                if let Some(said) = item.get(method) {
                    operations.push(self.operation(path, method, item, said)?);
                }
            }
        }
        Ok(operations)
    }

    fn operation<'a>(
        &'a self,
        path: &'a str,
        method: &str,
        item: &'a Value,
        said: &'a Value,
    ) -> Result<Operation<'a>> {
        let taken = [item, said].map(|from| from["parameters"].as_array()).into_iter().flatten().flatten();
        let parameters = taken.map(|one| {
            let pointer = reference(one).context("a parameter without a component has no name here")?;
            Ok((last_of(pointer), self.at(pointer)?))
        });
        Ok(Operation {
            id: said["operationId"].as_str().with_context(|| format!("{method} {path} has no name"))?,
            method: method.to_uppercase(),
            path,
            parameters: parameters.collect::<Result<_>>()?,
            is_extension: said["x-extension"] == true,
            said,
        })
    }
}

impl<'a> Operation<'a> {
    pub(super) fn summary(&self) -> &'a str {
        self.said["summary"].as_str().unwrap_or(self.id)
    }

    pub(super) fn description(&self) -> &'a str {
        self.said["description"].as_str().unwrap_or_default()
    }

    /// Its answers, by status; a status may be a range.
    pub(super) fn responses(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.said["responses"].as_object().into_iter().flatten().map(|(status, said)| (status.as_str(), said))
    }
}

/// The body of an answer: its schema, and an example that is its own or its schema's.
pub(super) fn json_of(response: &Value) -> &Value {
    &response["content"]["application/json"]
}

/// Where a reference points.
pub(super) fn reference(value: &Value) -> Option<&str> {
    value["$ref"].as_str()?.strip_prefix('#')
}

/// Whether a path is what a template with its slots filled gives.
pub(super) fn fits(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let is_slot = |piece: &str| piece.starts_with('{');
    wanted.len() == given.len()
        && wanted.iter().zip(given).all(|(w, g)| *w == g || (is_slot(w) && !g.is_empty()))
}

pub(super) fn last_of(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or(pointer)
}

#[cfg(test)]
mod tests {
    use super::{Spec, fits};

    #[test]
    fn first_server_is_usable_without_filling_in_anything() {
        // Generated clients take it as their default.
        let contract = include_str!("../../../openapi.yaml");
        let spec = Spec::of(yaml_serde::from_str(contract).unwrap());
        let url = spec.text("/servers/0/url").unwrap();
        assert!(url.starts_with("http://127.0.0.1:") && !url.contains('{'), "{url}");
    }

    #[test]
    fn a_path_and_its_template() {
        assert!(fits("/jobs/{id}/status", "/jobs/7/status"));
        for other in ["/jobs//status", "/jobs/status", "/jobs/7/logs", "/jobs/7/status/"] {
            assert!(!fits("/jobs/{id}/status", other), "{other}");
        }
    }
}
