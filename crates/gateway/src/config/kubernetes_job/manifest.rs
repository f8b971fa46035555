//! Reads the manifest of a Job.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

/// The largest manifest, which is more than a cluster stores.
const MAX_BYTES: u64 = 2 * 1024 * 1024;

/// Reads a Job of batch/v1, or its `spec.template`, and returns the Job.
///
/// # Errors
///
/// Fails if the file cannot be read, or if it has something else. The error begins with the path.
pub(super) fn read(path: &Path) -> Result<Value> {
    read_job(path).with_context(|| format!("the manifest {}", path.display()))
}

fn read_job(path: &Path) -> Result<Value> {
    let length = std::fs::metadata(path).context("it cannot be read")?.len();
    ensure!(length <= MAX_BYTES, "it has {length} bytes, and Kubernetes stores less");
    let text = std::fs::read_to_string(path).context("it cannot be read")?;
    parse(&text)
}

/// Parses a manifest.
fn parse(text: &str) -> Result<Value> {
    // The value of YAML refuses a key that is written twice.
    let documents = yaml_serde::Deserializer::from_str(text).map(yaml_serde::Value::deserialize);
    let mut documents = documents.collect::<Result<Vec<_>, _>>().context("it is not valid YAML")?;
    documents.retain(|document| !document.is_null());
    ensure!(documents.len() == 1, "it has {} YAML documents. Write one, the Job", documents.len());
    let document =
        serde_json::to_value(documents.remove(0)).context("it has a value that JSON does not have")?;
    ensure!(document.is_object(), "it is not a Job. Begin with apiVersion: batch/v1 and kind: Job");
    let mut job = match document.get("kind") {
        Some(kind) => {
            let version = document.get("apiVersion");
            ensure!(
                kind == "Job" && version == Some(&json!("batch/v1")),
                "it has the kind {kind} of {}. Write a Job of batch/v1",
                version.unwrap_or(&Value::Null)
            );
            document
        }
        None => {
            ensure!(
                document.get("spec").is_some_and(|spec| spec.get("containers").is_some()),
                "it is neither a Job nor its `spec.template`. Begin with apiVersion: batch/v1 and kind: Job"
            );
            json!({ "apiVersion": "batch/v1", "kind": "Job", "spec": { "template": document } })
        }
    };
    check_fields(&job)?;
    check_types(&job)?;
    let pod = &mut job["spec"]["template"]["spec"];
    if pod.get("restartPolicy").is_none() {
        pod["restartPolicy"] = json!("Never");
    }
    if let Some(job) = job.as_object_mut() {
        job.remove("status");
    }
    Ok(job)
}

/// Refuses what would run the pod again, or more than one.
fn check_fields(job: &Value) -> Result<()> {
    let spec = &job["spec"];
    for (name, expected) in [("backoffLimit", 0), ("parallelism", 1), ("completions", 1)] {
        if let Some(value) = spec.get(name) {
            ensure!(
                *value == expected,
                "`spec.{name}` is {value}. A run is one pod that is started once, so remove it or write {expected}"
            );
        }
    }
    for name in [
        "podFailurePolicy",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
        "successPolicy",
        "selector",
        "manualSelector",
    ] {
        ensure!(
            spec.get(name).is_none(),
            "it has `spec.{name}`. A run is one pod that is started once, so remove it"
        );
    }
    ensure!(
        spec.get("completionMode").is_none_or(|mode| mode == "NonIndexed"),
        "`spec.completionMode` is {}. A run is one pod, so remove it",
        spec["completionMode"]
    );
    let policy = spec["template"]["spec"].get("restartPolicy");
    ensure!(
        policy.is_none_or(|policy| policy == "Never"),
        "`restartPolicy` is {}. A run is started once, so write Never",
        policy.unwrap_or(&Value::Null)
    );
    let metadata = &job["metadata"];
    if metadata.get("generateName").is_some() {
        bail!("it has `metadata.generateName`. The gateway names the Job after the run, so remove it");
    }
    Ok(())
}

/// Checks the types of the known fields. The API server checks whether it knows all fields, because it may be newer.
fn check_types(job: &Value) -> Result<()> {
    // Without their place, because the types have none.
    let typed: k8s_openapi::api::batch::v1::Job = serde_json::from_value(job.clone())
        .map_err(|error| anyhow!("it is not a Job of batch/v1: {error}"))?;
    let pod = typed.spec.and_then(|spec| spec.template.spec).context("it has no `spec.template.spec`")?;
    ensure!(!pod.containers.is_empty(), "it has no container");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: &str = "spec:\n  containers:\n  - name: load\n    image: load:1\n";

    fn error(text: &str) -> String {
        format!("{:#}", parse(text).unwrap_err())
    }

    #[test]
    fn template_becomes_a_job() {
        let job = parse(POD).unwrap();
        assert_eq!(
            (&job["kind"], &job["spec"]["template"]["spec"]["restartPolicy"]),
            (&json!("Job"), &json!("Never"))
        );
        let newer = parse(&format!("{POD}  fieldOfTheFuture: 1\n")).unwrap();
        assert_eq!(newer["spec"]["template"]["spec"]["fieldOfTheFuture"], 1);
    }

    #[test]
    fn other_manifests_are_refused_with_the_reason() {
        let job = |spec: &str| {
            format!(
                "apiVersion: batch/v1\nkind: Job\nspec:\n{spec}  template:\n    {}",
                POD.trim_end().replace('\n', "\n    ")
            )
        };
        assert!(parse(&job("")).is_ok());
        assert!(error(&job("  backoffLimit: 3\n")).contains("`spec.backoffLimit` is 3"));
        assert!(error(&job("  podFailurePolicy: {}\n")).contains("podFailurePolicy"));
        assert!(error(&format!("{POD}  restartPolicy: OnFailure\n")).contains("write Never"));
        assert!(error(&format!("{POD}{POD}")).contains("duplicate"), "{}", error(&format!("{POD}{POD}")));
        assert!(error(&format!("{POD}---\n{POD}")).contains("2 YAML documents"));
        assert!(error("kind: Pod\napiVersion: v1").contains("Write a Job of batch/v1"));
        assert!(error("a: [").contains("not valid YAML"));
        assert!(error("- a").contains("not a Job"));
        assert!(error("").contains("0 YAML documents"));
        assert!(error("spec:\n  containers: 5").contains("it is not a Job of batch/v1"));
        assert!(error("spec:\n  containers: []").contains("no container"));
    }
}
