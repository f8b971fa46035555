//! The manifests for Kubernetes.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use txjobs_test_support::{CommandOutput, ServerFolder, TestServer, shell_jobs};

use crate::arguments::assert_accepted;
use crate::files;

/// The manifests of kinds that are a part of Kubernetes.
const MANIFESTS: [&str; 5] = ["config.yaml", "gateway.yaml", "job-rights.yaml", "job.yaml", "secret.yaml"];

/// Returns the resource of a kind in a file.
fn resource(file: &str, kind: &str) -> Value {
    let text = files::read(&format!("kubernetes/{file}"));
    let mut resources = text.split("\n---\n").map(|text| yaml_serde::from_str::<Value>(text).unwrap());
    resources.find(|resource| resource["kind"] == kind).unwrap_or_else(|| panic!("{kind} in {file}"))
}

fn container() -> Value {
    resource("gateway.yaml", "Deployment")["spec"]["template"]["spec"]["containers"][0].clone()
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn manifests_match_the_schemas_of_kubernetes() {
    let program = std::env::var_os("TXJOBS_KUBERNETES_VALIDATE").map(PathBuf::from);
    let program = program.expect("TXJOBS_KUBERNETES_VALIDATE is not set: run cargo xtask test native");
    let manifests = MANIFESTS.map(|name| files::path(&format!("kubernetes/{name}")));
    let output = CommandOutput::of(Command::new(program).arg("--strict").args(&manifests));
    assert_eq!(output.code, 0, "{output:?}");
    let passed = output.stdout.matches(" passed for resource ").count();
    assert_eq!(passed, 9, "{output:?}");
}

#[test]
fn arguments_of_the_container_are_accepted() {
    let arguments = strings(&container()["args"]);
    assert_accepted(&arguments);
    for (port, option) in [("api", "--listen"), ("metrics", "--metrics-listen")] {
        let ports = container()["ports"].as_array().unwrap().clone();
        let number = &ports.iter().find(|one| one["name"] == port).unwrap()["containerPort"];
        let index = arguments.iter().position(|argument| argument == option).unwrap();
        assert_eq!(arguments[index + 1], format!("0.0.0.0:{number}"));
    }
}

#[test]
fn configuration_is_valid() {
    let config = resource("config.yaml", "ConfigMap")["data"]["gateway.toml"].as_str().unwrap().to_owned();
    ServerFolder::gateway(&config).run(&["check"]).expect_success();
}

#[tokio::test]
async fn probes_request_paths_of_the_gateway() {
    let gateway = TestServer::gateway(&shell_jobs(&[("Works", "true", "")]));
    for (probe, path) in [
        ("startupProbe", "/health/live"),
        ("livenessProbe", "/health/live"),
        ("readinessProbe", "/health/ready"),
    ] {
        let request = container()[probe]["httpGet"].clone();
        assert_eq!((&request["path"], &request["port"]), (&path.into(), &"api".into()));
        assert_eq!(gateway.get(path).await.status, 200);
    }
}

#[test]
fn selectors_and_names_belong_together() {
    let deployment = resource("gateway.yaml", "Deployment");
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    assert_eq!(&deployment["spec"]["selector"]["matchLabels"], labels);
    let service = resource("gateway.yaml", "Service");
    assert_eq!(&service["spec"]["selector"], labels);
    assert_eq!(&resource("gateway.yaml", "PodDisruptionBudget")["spec"]["selector"]["matchLabels"], labels);
    let volumes = &deployment["spec"]["template"]["spec"]["volumes"];
    let config = volumes.as_array().unwrap().iter().find(|volume| volume["name"] == "config").unwrap();
    assert_eq!(config["configMap"]["name"], resource("config.yaml", "ConfigMap")["metadata"]["name"]);
    let secret = resource("secret.yaml", "Secret");
    assert_eq!(container()["envFrom"][0]["secretRef"]["name"], secret["metadata"]["name"]);
    assert!(secret["stringData"]["TXJOBS_DATABASE"].as_str().unwrap().starts_with("postgres://"));
    let monitor = resource("service-monitor.yaml", "ServiceMonitor")["spec"].clone();
    let service_labels = service["metadata"]["labels"].as_object().unwrap();
    assert_eq!(service_labels[monitor["jobLabel"].as_str().unwrap()], "txjobs");
    for (name, value) in monitor["selector"]["matchLabels"].as_object().unwrap() {
        assert_eq!(&service_labels[name], value);
    }
    let ports = service["spec"]["ports"].as_array().unwrap();
    assert!(ports.iter().any(|port| port["name"] == monitor["endpoints"][0]["port"]));
}

#[test]
fn container_has_no_rights_and_time_to_stop() {
    let pod = resource("gateway.yaml", "Deployment")["spec"]["template"]["spec"].clone();
    let container = container();
    let context = &container["securityContext"];
    assert_eq!(context["allowPrivilegeEscalation"], false);
    assert_eq!(context["readOnlyRootFilesystem"], true);
    assert_eq!(strings(&context["capabilities"]["drop"]), ["ALL"]);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    // The default of stop_grace and the time for the last writes are five seconds each.
    let wait = strings(&container["lifecycle"]["preStop"]["exec"]["command"]);
    let wait: u64 = wait[1].parse().unwrap();
    assert!(pod["terminationGracePeriodSeconds"].as_u64().unwrap() > wait + 5 + 5);
    let image = container["image"].as_str().unwrap();
    assert!(image.ends_with(concat!(":", env!("CARGO_PKG_VERSION"))), "{image}");
}
