//! A gateway in a pod: the service account is in the files that Kubernetes mounts into each pod. Here they are in a mount namespace.

use txjobs_test_support::{ServerFolder, TestServer};

use crate::api_server;
use crate::cluster::{Cluster, Kind, NAMESPACE, TOKEN};
use crate::scene::{IMAGE, assert_end};
use crate::statuses;

/// Mounts the files of the service account, and starts the gateway in their place. Only a namespace with its own users needs no root.
const POD: &str = r#"users=; unshare --mount true 2>log || users=--map-root-user
exec unshare $users --mount --propagation private -- sh -ec '
    mount -t tmpfs none /run
    mkdir -p /run/secrets/kubernetes.io/serviceaccount
    cp ca.crt namespace token /run/secrets/kubernetes.io/serviceaccount
    rm token
    exec "$0" serve --listen 127.0.0.1:0' "$0""#;

/// Starts a gateway in a pod of this cluster.
fn gateway(cluster: &Cluster, certificate: &str) -> TestServer {
    let config = format!(
        "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n[organization.job.kubernetes]\n{IMAGE}"
    );
    let folder = ServerFolder::gateway(&config);
    for (name, text) in [("ca.crt", certificate), ("namespace", NAMESPACE), ("token", TOKEN)] {
        std::fs::write(folder.file(name), text).unwrap();
    }
    let mut serve = folder.serve_command_after(POD);
    let (host, port) = cluster.address.strip_prefix("https://").unwrap().split_once(':').unwrap();
    serve.env("KUBERNETES_SERVICE_HOST", host).env("KUBERNETES_SERVICE_PORT", port).env_remove("KUBECONFIG");
    folder.start(serve)
}

#[tokio::test]
async fn gateway_in_a_pod_uses_its_service_account_and_namespace() {
    let (cluster, certificate) = api_server::start_tls(statuses::running()).await;
    let gateway = gateway(&cluster, &certificate);
    let run = gateway.execute("Load").await;
    cluster.wait_for(Kind::Log, 1).await;
    cluster.write(&["begun"]);
    cluster.exit(0);
    assert_end(&gateway.wait_for_end(run).await, 2, "begun");
    assert_eq!(cluster.requests(Kind::Create).len(), 1);
}

#[tokio::test]
async fn certificate_of_another_authority_gets_no_token() {
    let (cluster, _) = api_server::start_tls(statuses::running()).await;
    let (_, other) = api_server::start_tls(statuses::running()).await;
    let gateway = gateway(&cluster, &other);
    let run = gateway.execute("Load").await;
    let is_refused = |run: &serde_json::Value| {
        run.to_string().contains("The Job cannot be created now: the connection failed")
    };
    gateway.wait_until(run, is_refused).await;
    assert_eq!(cluster.requests(Kind::Create), [] as [&str; 0]);
}
