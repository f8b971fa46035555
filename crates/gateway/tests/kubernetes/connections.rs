//! Connections to the API server.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use txjobs_test_support::{ServerFolder, TestServer};

use crate::api_server;
use crate::cluster::{Fault, Kind, TOKEN};
use crate::scene::{IMAGE, assert_end, kubeconfig_text};
use crate::statuses;

/// Starts a gateway whose kubeconfig file, the one of the variable `KUBECONFIG`, has this text.
fn gateway(kubeconfig: &str, environment: &[(&str, &str)]) -> TestServer {
    let config = format!(
        "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n[organization.job.kubernetes]\n{IMAGE}"
    );
    let folder = ServerFolder::gateway(&config);
    std::fs::write(folder.file("kubeconfig"), kubeconfig).unwrap();
    let mut serve = folder.serve_command(&[]);
    serve.env_remove("KUBERNETES_SERVICE_HOST").env("KUBECONFIG", folder.file("kubeconfig"));
    serve.envs(environment.iter().copied());
    folder.start(serve)
}

#[tokio::test]
async fn certificate_of_the_kubeconfig_file_is_trusted() {
    let (cluster, certificate) = api_server::start_tls(statuses::running()).await;
    let text = kubeconfig_text(&cluster.address, TOKEN);
    let trusted = format!("    certificate-authority-data: {}\nusers:", BASE64_STANDARD.encode(certificate));
    let gateway = gateway(&text.replace("users:", &trusted), &[]);
    let run = gateway.execute("Load").await;
    cluster.wait_for(Kind::Log, 1).await;
    cluster.write(&["begun"]);
    cluster.exit(0);
    assert_end(&gateway.wait_for_end(run).await, 2, "begun");
}

#[tokio::test]
async fn unknown_certificate_gets_no_request() {
    let (cluster, _) = api_server::start_tls(statuses::running()).await;
    let gateway = gateway(&kubeconfig_text(&cluster.address, TOKEN), &[]);
    let run = gateway.execute("Load").await;
    let is_refused = |run: &serde_json::Value| {
        run.to_string().contains("The Job cannot be created now: the connection failed")
    };
    gateway.wait_until(run, is_refused).await;
    assert_eq!(cluster.requests(Kind::Create), [] as [&str; 0]);
}

#[tokio::test]
async fn cluster_on_this_machine_is_reached_without_a_proxy() {
    let cluster = api_server::start(statuses::running()).await;
    let proxy = txjobs_test_support::closed_address().to_string();
    let gateway =
        gateway(&kubeconfig_text(&cluster.address, TOKEN), &[("HTTPS_PROXY", &format!("http://{proxy}"))]);
    let run = gateway.execute("Load").await;
    cluster.wait_for(Kind::Log, 1).await;
    cluster.exit(0);
    assert_eq!(gateway.wait_for_end(run).await["State"], 2);
}

#[tokio::test]
async fn default_log_of_the_gateway_has_no_lines_of_requests() {
    let cluster = api_server::start(statuses::running()).await;
    cluster.add_fault(Kind::Create, Fault::Respond(500, "InternalError", "etcd is away"));
    let config = format!(
        "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n[organization.job.kubernetes]\n\
         kubeconfig = \"kubeconfig\"\n{IMAGE}"
    );
    let folder = ServerFolder::gateway(&config);
    std::fs::write(folder.file("kubeconfig"), kubeconfig_text(&cluster.address, TOKEN)).unwrap();
    let mut serve = folder.serve_command(&[]);
    serve.env_remove("RUST_LOG");
    let gateway = folder.start(serve);
    let run = gateway.execute("Load").await;
    cluster.wait_for(Kind::Log, 1).await;
    cluster.exit(0);
    assert_eq!(gateway.wait_for_end(run).await["State"], 2);
    assert!(
        gateway.log().contains("run ended") && !gateway.log().contains("kube_client"),
        "{}",
        gateway.log()
    );
}
