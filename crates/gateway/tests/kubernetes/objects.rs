//! The objects that the gateway creates.

use serde_json::json;

use crate::cluster::Kind;
use crate::scene::{IMAGE, Scene, messages};
use crate::statuses;

#[tokio::test]
async fn job_is_started_once_and_says_of_which_run_it_is() {
    let link = "link = \"https://dashboard.example.com/{namespace}/{job_name}/{pod}\"\n";
    let scene =
        Scene::start(statuses::running(), &format!("{IMAGE}{link}environment = {{ MODE = \"full\" }}\n"))
            .await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    let job = scene.cluster.job();
    let (job_id, trigger_id) = (run.job.to_string(), run.trigger.to_string());
    assert_eq!(job["metadata"]["name"], format!("txjobs-{trigger_id}"));
    for labels in [&job["metadata"]["labels"], &job["spec"]["template"]["metadata"]["labels"]] {
        assert_eq!(labels["txjobs/job-id"], job_id.as_str());
        assert_eq!(labels["txjobs/trigger-id"], trigger_id.as_str());
    }
    let spec = &job["spec"];
    assert_eq!((&spec["backoffLimit"], &spec["ttlSecondsAfterFinished"]), (&json!(0), &json!(3600)));
    let pod = &spec["template"]["spec"];
    assert_eq!(pod["restartPolicy"], "Never");
    let variables = json!([
        { "name": "MODE", "value": "full" },
        { "name": "TXJOBS_JOB_ID", "value": job_id },
        { "name": "TXJOBS_TRIGGER_ID", "value": trigger_id },
    ]);
    assert_eq!(pod["containers"][0]["env"], variables);
    scene.cluster.exit(0);
    let execution = scene.server.wait_for_end(run).await;
    let link = format!("https://dashboard.example.com/etl/txjobs-{trigger_id}/txjobs-{trigger_id}-abcde");
    assert!(execution.to_string().contains(&link), "{execution:#}");
    assert!(messages(&execution)[0].starts_with("Kubernetes runs the Job"), "{execution:#}");
}

#[tokio::test]
async fn manifest_keeps_its_own_fields() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.yaml");
    let manifest = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  namespace: etl\n  labels: { team: data }\nspec:\n  template:\n    spec:\n      \
                    nodeSelector: { disk: fast }\n      containers:\n      - name: job\n        image: load:2\n        env:\n        - name: A\n          value: b\n";
    std::fs::write(&path, manifest).unwrap();
    let scene = Scene::start(statuses::running(), &format!("manifest = {path:?}\n")).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    let job = scene.cluster.job();
    assert_eq!(job["metadata"]["labels"]["team"], "data");
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!((&pod["nodeSelector"]["disk"], &pod["restartPolicy"]), (&json!("fast"), &json!("Never")));
    assert_eq!(pod["containers"][0]["env"].as_array().unwrap().len(), 3);
    scene.cluster.exit(0);
    assert_eq!(scene.server.wait_for_end(run).await["State"], 2);
}
