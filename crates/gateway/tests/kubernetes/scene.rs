//! A gateway whose job runs in the stand-in of a cluster.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use txjobs_test_support::{ServerFolder, TestServer};

use crate::api_server;
use crate::cluster::{Cluster, NAMESPACE, TOKEN};

/// The table of a job that most tests use.
pub const IMAGE: &str = "image = \"load:1\"\n";

/// A gateway with the job "Load", and its cluster.
pub struct Scene {
    pub cluster: Cluster,
    pub folder: ServerFolder,
    pub server: TestServer,
    kubeconfig: TempDir,
}

impl Scene {
    /// Starts a gateway whose job has this table, and a cluster whose pods begin with this status.
    pub async fn start(first_status: Value, table: &str) -> Self {
        Self::with_settings(first_status, "", table).await
    }

    /// Starts a gateway like [`Self::start`], whose job has further settings.
    pub async fn with_settings(first_status: Value, settings: &str, table: &str) -> Self {
        let cluster = api_server::start(first_status).await;
        let kubeconfig = TempDir::new().unwrap();
        let path = kubeconfig.path().join("config");
        fs::write(&path, kubeconfig_text(&cluster.address, TOKEN)).unwrap();
        let config = format!(
            "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n{settings}\n\
             [organization.job.kubernetes]\nkubeconfig = {path:?}\n{table}"
        );
        let folder = ServerFolder::gateway(&config);
        let server = serve(&folder);
        Self { cluster, folder, server, kubeconfig }
    }

    /// Starts the gateway again, after its process has ended.
    pub fn serve_again(&mut self) {
        self.server = serve(&self.folder);
    }

    /// Changes the address of the cluster in the kubeconfig file.
    pub fn use_cluster(&self, address: &str) {
        fs::write(self.kubeconfig.path().join("config"), kubeconfig_text(address, TOKEN)).unwrap();
    }

    /// Asserts that the token is in no file of the gateway.
    pub fn assert_no_token(&self) {
        let mut is_log_found = false;
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let entry = entry.unwrap();
            is_log_found |= entry.file_name() == "log";
            let text = fs::read(entry.path()).unwrap();
            assert!(!String::from_utf8_lossy(&text).contains(TOKEN), "{:?}", entry.file_name());
        }
        assert!(is_log_found);
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_no_token();
        }
    }
}

fn serve(folder: &ServerFolder) -> TestServer {
    let mut serve = folder.serve_command(&[]);
    // Everything that is logged.
    serve.env("RUST_LOG", "trace");
    folder.start(serve)
}

/// Returns a kubeconfig file.
pub fn kubeconfig_text(address: &str, token: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
         clusters:\n- name: stand-in\n  cluster:\n    server: {address}\n\
         users:\n- name: gateway\n  user:\n    token: {token}\n\
         contexts:\n- name: test\n  context:\n    cluster: stand-in\n    user: gateway\n    namespace: {NAMESPACE}\n"
    )
}

/// Returns the messages of an execution's log.
pub fn messages(execution: &Value) -> Vec<&str> {
    txjobs_test_support::lines(execution).into_iter().map(|(_, message)| message).collect()
}

/// Returns the last message of an execution's log.
pub fn last_message(execution: &Value) -> &str {
    messages(execution).last().copied().unwrap_or_default()
}

/// Asserts that an execution ended in a state, and that its last message contains this.
pub fn assert_end(execution: &Value, state: i64, text: &str) {
    assert_eq!(execution["State"], state, "{execution:#}");
    assert!(last_message(execution).contains(text), "{execution:#}");
}
