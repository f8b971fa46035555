//! An API server that refuses requests, loses responses, or is away.

use crate::cluster::{Fault, Kind};
use crate::scene::{IMAGE, Scene, assert_end, messages};
use crate::statuses;

#[tokio::test]
async fn refused_create_fails_with_what_to_do() {
    for (fault, cause, advice) in [
        (Fault::Respond(401, "Unauthorized", "Unauthorized"), "responded with 401", "Check the credentials"),
        (
            Fault::Respond(403, "Forbidden", "jobs.batch is forbidden"),
            "jobs.batch is forbidden",
            "Give the gateway's account a Role",
        ),
        (
            Fault::Respond(403, "Forbidden", "exceeded quota: etl"),
            "exceeded quota",
            "Raise the quota of the namespace \"etl\"",
        ),
        (
            Fault::Respond(422, "Invalid", "spec.template is invalid"),
            "spec.template is invalid",
            "Correct the table",
        ),
        (
            Fault::Respond(400, "BadRequest", "unknown field \"spec.tmplate\""),
            "unknown field",
            "Correct the table",
        ),
        (Fault::Garbage(418, "<html>proxy</html>"), "responded with 418", "proxy"),
    ] {
        let scene = Scene::start(statuses::running(), IMAGE).await;
        scene.cluster.add_fault(Kind::Create, fault);
        let run = scene.server.run("Load").await;
        assert_end(&run, 3, cause);
        assert_end(&run, 3, advice);
        assert_eq!(scene.cluster.requests(Kind::Create).len(), 1);
    }
}

#[tokio::test]
async fn missing_namespace_fails_with_what_to_do() {
    let scene = Scene::start(statuses::running(), "image = \"load:1\"\nnamespace = \"other\"\n").await;
    let run = scene.server.run("Load").await;
    assert_end(
        &run,
        3,
        "namespaces \"other\" not found. Create the namespace \"other\", or name another one with `namespace`.",
    );
}

#[tokio::test]
async fn lost_response_to_the_create_starts_one_job() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    for fault in [
        Fault::Respond(500, "InternalError", "etcd is away"),
        Fault::LoseResponse,
        Fault::Respond(429, "TooManyRequests", "slow down"),
    ] {
        scene.cluster.add_fault(Kind::Create, fault);
    }
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!((run["State"].as_i64(), scene.cluster.lock().created), (Some(2), 1), "{run:#}");
    assert_eq!(scene.cluster.requests(Kind::Create).len(), 4);
}

#[tokio::test]
async fn job_of_this_name_that_is_not_of_the_run_is_left_alone() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    scene.cluster.add_fault(Kind::Create, Fault::LoseResponse);
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Create, 1).await;
    scene.cluster.lock().job.as_mut().unwrap()["metadata"]["labels"]["txjobs/trigger-id"] = "other".into();
    assert_end(&scene.server.wait_for_end(run).await, 3, "it is not one of this run");
    assert!(scene.cluster.lock().job.is_some());
}

#[tokio::test]
async fn run_goes_on_while_the_api_server_is_away() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    for fault in [
        Fault::Respond(500, "InternalError", "away"),
        Fault::Respond(429, "TooManyRequests", "slow down"),
        Fault::LoseResponse,
        Fault::Garbage(200, "not JSON"),
        Fault::Garbage(502, "<html>"),
    ] {
        scene.cluster.add_fault(Kind::GetJob, fault);
    }
    scene
        .server
        .wait_until(run, |run| messages(run).iter().any(|text| text.contains("cannot be read now")))
        .await;
    scene
        .server
        .wait_until(run, |run| messages(run).iter().any(|text| text.contains("can be read again")))
        .await;
    scene.cluster.write(&["later"]);
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!((run["State"].as_i64(), messages(&run).last()), (Some(2), Some(&"later")), "{run:#}");
}

#[tokio::test]
async fn withdrawn_rights_fail_the_run_with_what_to_do() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    for _ in 0..4 {
        scene.cluster.add_fault(Kind::GetJob, Fault::Respond(403, "Forbidden", "jobs.batch is forbidden"));
    }
    let run = scene.server.wait_for_end(run).await;
    assert_end(&run, 3, "jobs.batch is forbidden. Give the gateway's account a Role");
    assert_end(&run, 3, "It may go on in Kubernetes: the Job txjobs-");
}

#[tokio::test]
async fn not_found_that_is_not_about_the_job_does_not_end_the_run() {
    let scene = Scene::start(statuses::running(), IMAGE).await;
    let run = scene.server.execute("Load").await;
    scene.cluster.wait_for(Kind::Log, 1).await;
    // From a proxy before the API server.
    scene.cluster.add_fault(Kind::GetJob, Fault::Garbage(404, "<html>no such page</html>"));
    scene.cluster.add_fault(Kind::ListPods, Fault::Respond(404, "NotFound", "no such page"));
    let before = scene.cluster.requests(Kind::ListPods).len();
    scene.cluster.wait_for(Kind::ListPods, before + 2).await;
    scene.cluster.write(&["later"]);
    scene.cluster.exit(0);
    let run = scene.server.wait_for_end(run).await;
    assert_eq!((run["State"].as_i64(), messages(&run).last()), (Some(2), Some(&"later")), "{run:#}");
}
