//! Programs of a kubeconfig file that get the credentials.

use std::path::Path;
use std::time::{Duration, Instant};

use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, TestServer, is_process_alive, lines, wait_until};

use crate::api_server;
use crate::cluster::{Cluster, Kind, TOKEN};
use crate::scene::{IMAGE, assert_end, kubeconfig_text};
use crate::statuses;

/// A cancellation and a stop do not wait for the program, which takes 30 seconds.
const SOON: Duration = Duration::from_secs(15);

/// A gateway with one thread, as in a container with one CPU, and its cluster.
struct Scene {
    cluster: Cluster,
    folder: ServerFolder,
    server: TestServer,
}

impl Scene {
    /// Starts a gateway whose kubeconfig file names a shell script that gets the credentials.
    async fn start(script: &str) -> Self {
        let cluster = api_server::start(statuses::running()).await;
        let config = format!(
            "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n[organization.job.kubernetes]\n\
             kubeconfig = \"kubeconfig\"\n{IMAGE}"
        );
        let folder = ServerFolder::gateway(&config);
        std::fs::write(folder.file("program"), script).unwrap();
        let plugin = format!(
            "exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: sh\n      args: [{:?}]\n      \
             env: [{{ name: FOLDER, value: {:?} }}]\n      interactiveMode: IfAvailable",
            folder.file("program"),
            folder.path(),
        );
        let text = kubeconfig_text(&cluster.address, TOKEN).replace(&format!("token: {TOKEN}"), &plugin);
        std::fs::write(folder.file("kubeconfig"), text).unwrap();
        let server = serve(&folder);
        Self { cluster, folder, server }
    }

    /// Waits until the program runs, and returns its process id.
    async fn program(&self) -> String {
        let file = self.folder.file("pid");
        wait_until("the program", async || read(&file).filter(|text| text.ends_with('\n')))
            .await
            .trim()
            .to_owned()
    }
}

fn serve(folder: &ServerFolder) -> TestServer {
    let mut serve = folder.serve_command(&[]);
    serve.env("TOKIO_WORKER_THREADS", "1").env("RUST_LOG", "trace");
    folder.start(serve)
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

const HANGING: &str = "echo $$ > \"$FOLDER/pid\"\nexec sleep 30\n";

#[tokio::test]
async fn hanging_program_blocks_neither_the_gateway_nor_a_cancellation() {
    let scene = Scene::start(HANGING).await;
    let run = scene.server.execute("Load").await;
    let program = scene.program().await;
    let begin = Instant::now();
    let response = scene.server.http().get(format!("{}/health/live", scene.server.address())).send().await;
    assert_eq!(response.unwrap().status(), 200);
    scene.server.call(paths::cancel_job(run.job)).await.expect_ok();
    let run = scene.server.wait_for_end(run).await;
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(lines(&run).last(), Some(&(2, "Canceled while it was running.")), "{run:#}");
    wait_until("the end of the program", async || (!is_process_alive(&program)).then_some(())).await;
    assert_eq!(scene.cluster.requests(Kind::Create), [] as [&str; 0]);
}

#[tokio::test]
async fn hanging_program_does_not_delay_a_stop() {
    let mut scene = Scene::start(HANGING).await;
    scene.server.execute("Load").await;
    scene.program().await;
    let begin = Instant::now();
    scene.server.signal("TERM");
    assert!(scene.server.wait_for_exit().await.success());
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
}

#[tokio::test]
async fn program_is_started_again_when_its_credentials_expire() {
    let script = format!(
        "echo \"$KUBERNETES_EXEC_INFO\" >> \"$FOLDER/starts\"\n\
         echo '{{\"apiVersion\": \"client.authentication.k8s.io/v1\", \"kind\": \"ExecCredential\", \"status\": {{\"token\": \
         \"{TOKEN}\", \"expirationTimestamp\": \"2020-01-01T00:00:00Z\"}}}}'\n"
    );
    let scene = Scene::start(&script).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.write(&["begun"]);
    scene.cluster.exit(0);
    assert_end(&scene.server.wait_for_end(run).await, 2, "begun");
    let starts = read(&scene.folder.file("starts")).unwrap();
    assert!(starts.lines().count() > 1, "{starts}");
    let info: serde_json::Value = serde_json::from_str(starts.lines().next().unwrap()).unwrap();
    let expected = serde_json::json!({
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "spec": { "interactive": false },
    });
    assert_eq!(info, expected);
    assert!(!scene.folder.log().contains(TOKEN));
}
