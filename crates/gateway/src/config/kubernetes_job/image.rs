//! The Job of an image.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};

use super::names::{MAX_NAME, checked_name};
use super::table::{KubernetesTable, ResourcesTable};
use crate::config::location::At;

/// The name of the container.
const CONTAINER: &str = "job";

/// Returns the Job of the image, and the image.
pub(super) fn image_object(table: &mut KubernetesTable) -> Result<Option<(Value, String)>> {
    let Some(image) = table.image.take() else { return Ok(None) };
    check_image(image.get_ref()).at(image.span())?;
    let image = image.into_inner();
    let mut container = json!({ "name": CONTAINER, "image": image });
    for (name, words) in [("command", table.command.take()), ("args", table.args.take())] {
        if let Some(words) = words {
            container[name] = json!(words);
        }
    }
    if let Some(environment) = table.environment.take() {
        check_environment(environment.get_ref()).at(environment.span())?;
        let list = environment.get_ref().iter().map(|(name, value)| json!({ "name": name, "value": value }));
        container["env"] = list.collect();
    }
    if let Some(resources) = table.resources.take() {
        container["resources"] = resources_object(resources);
    }
    let mut pod = json!({ "restartPolicy": "Never", "containers": [container] });
    if let Some(account) = table.service_account.take() {
        pod["serviceAccountName"] = json!(checked_name("service_account", account, MAX_NAME)?);
    }
    if let Some(secrets) = table.image_pull_secrets.take() {
        let names = secrets.into_iter().map(|name| checked_name("image_pull_secrets", name, MAX_NAME));
        let names = names.collect::<Result<Vec<_>>>()?;
        pod["imagePullSecrets"] = names.into_iter().map(|name| json!({ "name": name })).collect();
    }
    let object = json!({ "apiVersion": "batch/v1", "kind": "Job", "spec": { "template": { "spec": pod } } });
    Ok(Some((object, image)))
}

fn check_image(image: &str) -> Result<()> {
    ensure!(
        !image.is_empty() && !image.contains(char::is_whitespace),
        "`image` = {image:?} is not an image. Write it like \"registry.example.com/load:1.4\""
    );
    Ok(())
}

fn check_environment(environment: &BTreeMap<String, String>) -> Result<()> {
    match environment.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
        Some(name) => bail!("`environment` has {name:?}, which is not a valid name of a variable"),
        None => Ok(()),
    }
}

/// A limit of processors would slow down a container on an idle node. One of memory protects the other pods of a node.
fn resources_object(resources: ResourcesTable) -> Value {
    let mut object = json!({ "requests": {} });
    if let Some(cpu) = resources.cpu {
        object["requests"]["cpu"] = json!(cpu);
    }
    if let Some(memory) = resources.memory {
        object["requests"]["memory"] = json!(memory);
        object["limits"] = json!({ "memory": memory });
    }
    object
}
