//! Configurations that are refused, and those of the guide.

use txjobs_test_support::{ServerFolder, TestServer};

use crate::scene::{IMAGE, kubeconfig_text, last_message};

const JOB: &str = "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n[organization.job.kubernetes]\n";

/// Runs the job of a gateway with this kubeconfig file, and returns the last message.
async fn last_message_with(kubeconfig: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, kubeconfig).unwrap();
    let gateway = TestServer::gateway(&format!("{JOB}kubeconfig = {path:?}\n{IMAGE}"));
    let run = gateway.run("Load").await;
    assert_eq!(run["State"], 3);
    last_message(&run).to_owned()
}

#[tokio::test]
async fn unusable_kubeconfig_fails_the_run_without_its_secrets() {
    let secret = "a-token-that-nobody-may-see";
    let text = last_message_with(&format!("users: [{{ name: gateway, user: {{ token: {secret}\n")).await;
    assert!(
        text.contains("it is not valid YAML, or not a kubeconfig file") && !text.contains(secret),
        "{text}"
    );
    let text = last_message_with(
        &kubeconfig_text("http://127.0.0.1:1", secret).replace("current-context: test\n", ""),
    )
    .await;
    assert!(text.contains("failed to determine current context") && !text.contains(secret), "{text}");
    let plugin = format!(
        "exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: sh\n      args: [\"-c\", \"echo {secret}; exit 3\"]\n      interactiveMode: Never"
    );
    let text = last_message_with(
        &kubeconfig_text("http://127.0.0.1:1", secret).replace(&format!("token: {secret}"), &plugin),
    )
    .await;
    assert!(
        text.contains("that gets the credentials failed with exit status: 3") && !text.contains(secret),
        "{text}"
    );
}

#[test]
fn configurations_of_the_guide_are_valid() {
    let docs = txjobs_test_support::root().join("docs");
    let guide = std::fs::read_to_string(docs.join("guides/run-on-kubernetes.md")).unwrap();
    let blocks: Vec<_> =
        guide.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let folder = ServerFolder::gateway("[[organization]]\nname = \"Contoso\"\n");
        std::fs::copy(docs.join("examples/kubernetes/job.yaml"), folder.file("job.yaml")).unwrap();
        std::fs::write(folder.file("gateway.toml"), block).unwrap();
        folder.run(&["check"]).expect_success();
    }
}

#[test]
fn invalid_manifest_is_refused_with_its_name_and_place() {
    let folder = ServerFolder::gateway("[[organization]]\nname = \"Contoso\"\n");
    std::fs::write(folder.file("gateway.toml"), format!("{JOB}manifest = \"job.yaml\"\n")).unwrap();
    std::fs::write(folder.file("job.yaml"), "spec:\n  containers: 5\n").unwrap();
    let output = folder.run(&["check"]);
    assert_ne!(output.code, 0);
    assert!(
        output.stderr.contains("line 6, column 12: the job \"Load\" of \"Contoso\": the manifest job.yaml"),
        "{output:?}"
    );
}
