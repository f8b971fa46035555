//! The object of a run's Job.

use serde_json::{Map, Value, json};
use txjobs_processes::variables;
use txjobs_store::Run;
use uuid::Uuid;

use super::settings::KubernetesJob;

/// The label with the id of the job.
pub(super) const JOB_ID_LABEL: &str = "txjobs/job-id";
/// The label with the trigger id of the run.
pub(super) const TRIGGER_ID_LABEL: &str = "txjobs/trigger-id";

/// Returns the name of a run's Job. It is the same on every node, so that the Job cannot be created twice.
pub(super) fn job_name(run: &Run) -> String {
    format!("txjobs-{}", run.unique_id())
}

/// Returns the selector of a run's pods.
pub(super) fn pod_selector(unique_id: Uuid) -> String {
    format!("{TRIGGER_ID_LABEL}={unique_id}")
}

/// Returns the object of a run's Job.
pub(super) fn job_object(job: &KubernetesJob, run: &Run, namespace: &str) -> Value {
    let mut object = job.object.clone();
    let (job_id, trigger_id) = (run.job.to_string(), run.unique_id().to_string());
    let metadata = table(&mut object, "metadata");
    metadata.insert("name".to_owned(), json!(job_name(run)));
    metadata.insert("namespace".to_owned(), json!(namespace));
    let template = &mut object["spec"]["template"];
    add_labels(table(template, "metadata"), &job_id, &trigger_id);
    let containers = template["spec"]["containers"].as_array_mut();
    for container in containers.into_iter().flatten().filter(|one| one["name"] == job.container.as_str()) {
        for (name, value) in [(variables::JOB_ID, &job_id), (variables::TRIGGER_ID, &trigger_id)] {
            add_variable(container, name, value);
        }
    }
    add_labels(table(&mut object, "metadata"), &job_id, &trigger_id);
    object
}

fn add_labels(metadata: &mut Map<String, Value>, job_id: &str, trigger_id: &str) {
    let labels = metadata.entry("labels").or_insert_with(|| json!({}));
    if !labels.is_object() {
        *labels = json!({});
    }
    labels["app.kubernetes.io/managed-by"] = json!("txjobs-gateway");
    labels[JOB_ID_LABEL] = json!(job_id);
    labels[TRIGGER_ID_LABEL] = json!(trigger_id);
}

fn add_variable(container: &mut Value, name: &str, value: &str) {
    let Some(container) = container.as_object_mut() else { return };
    let list = container.entry("env").or_insert_with(|| json!([]));
    if !list.is_array() {
        *list = json!([]);
    }
    if let Some(list) = list.as_array_mut() {
        list.retain(|one| one["name"] != name);
        list.push(json!({ "name": name, "value": value }));
    }
}

/// Returns the table with this name, and creates it if it is missing.
fn table<'a>(object: &'a mut Value, name: &str) -> &'a mut Map<String, Value> {
    if !object[name].is_object() {
        object[name] = json!({});
    }
    object[name].as_object_mut().expect("an object, which was just created")
}
