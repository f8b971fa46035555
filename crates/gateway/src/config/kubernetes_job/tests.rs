use std::time::Duration;

use regex::RegexSet;
use serde_json::json;

use super::check::check;
use super::run_settings::RunSettings;
use super::table::KubernetesTable;
use crate::kubernetes_job::KubernetesJob;

fn parse(text: &str, directory: &std::path::Path) -> Result<KubernetesJob, String> {
    let run = RunSettings {
        timeout: None,
        error: RegexSet::empty(),
        warning: RegexSet::empty(),
        completed: vec![0],
    };
    let table: KubernetesTable = toml::from_str(text).map_err(|error| error.to_string())?;
    check(table, run, directory).map_err(|error| format!("{error:#}"))
}

fn error(text: &str) -> String {
    parse(text, std::path::Path::new("")).unwrap_err()
}

#[test]
fn image_becomes_a_job() {
    let text = "image = \"load:1\"\nargs = [\"a\"]\nenvironment = { A = \"b\" }\nresources = { memory = \"1Gi\" }\n\
                image_pull_secrets = [\"registry\"]\nservice_account = \"load\"\nkeep = \"2h\"";
    let job = parse(text, std::path::Path::new("")).unwrap();
    let expected = json!({
        "activeDeadlineSeconds": 86400, "ttlSecondsAfterFinished": 7200, "backoffLimit": 0,
        "template": { "spec": {
            "restartPolicy": "Never", "serviceAccountName": "load", "imagePullSecrets": [{ "name": "registry" }],
            "containers": [{
                "name": "job", "image": "load:1", "args": ["a"], "env": [{ "name": "A", "value": "b" }],
                "resources": { "requests": { "memory": "1Gi" }, "limits": { "memory": "1Gi" } },
            }],
        } },
    });
    assert_eq!((job.object["spec"].clone(), job.container.as_str()), (expected, "job"));
}

#[test]
fn manifest_is_read_from_the_folder_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "metadata:\n  labels: { team: etl }\nspec:\n  containers:\n  - { name: a, image: x }\n  - { name: b, image: y }\n";
    std::fs::write(folder.path().join("job.yaml"), manifest).unwrap();
    let job =
        parse("manifest = \"job.yaml\"\ncontainer = \"b\"\nnamespace = \"etl\"", folder.path()).unwrap();
    assert_eq!(
        (job.container.as_str(), job.namespace.as_deref(), job.timeout),
        ("b", Some("etl"), Duration::from_secs(86400))
    );
    assert_eq!(job.object["spec"]["template"]["metadata"]["labels"]["team"], "etl");
    let other = parse("manifest = \"job.yaml\"\ncontainer = \"c\"", folder.path()).unwrap_err();
    assert!(other.contains("which has: a, b"), "{other}");
}

#[test]
fn invalid_settings_are_refused_with_the_reason() {
    for (text, reason) in [
        ("", "Add an `image`, or a `manifest`"),
        ("manifest = \"a.yaml\"\nimage = \"x\"", "Write `image` in the manifest"),
        ("manifest = \"missing.yaml\"", "the manifest missing.yaml: it cannot be read"),
        ("image = \"a b\"", "is not an image"),
        ("image = \"x\"\nnamespace = \"A_b\"", "is not a name of Kubernetes"),
        ("image = \"x\"\nservice_account = \"../x\"", "is not a name of Kubernetes"),
        ("image = \"x\"\nkeep = \"10s\"", "`keep` is less than 1m"),
        ("image = \"x\"\nkeep = \"200years\"", "longer than Kubernetes can count"),
        ("image = \"x\"\nlink = \"https://a/{node}\"", "unknown variable"),
        ("image = \"x\"\nenvironment = { \"a=b\" = \"c\" }", "not a valid name of a variable"),
        ("image = \"x\"\nimagePullSecrets = []", "unknown field"),
    ] {
        let found = error(text);
        assert!(found.contains(reason), "{text}: {found}");
    }
}
