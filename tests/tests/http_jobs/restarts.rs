//! A gateway that ends in the middle of its runs, and starts again.

use txjobs_sdk::ApiKey;
use txjobs_test_support::{
    CommandOutput, PostgresServer, Program, ServerFolder, TestServer, shell_jobs, wait_until,
};

use crate::support::engine::{Kind, Phase};
use crate::support::scene::{Scene, last_message, messages};
use crate::support::simple_engine::{SECRET, SimpleEngine, state};
use crate::support::stand_in::Fault;

const FOLLOWED_AGAIN: &str = "The gateway follows the run";

async fn assert_all_completed(scene: &Scene, runs: &[txjobs_test_support::StartedRun]) {
    for (stand_in, execution) in scene.finish(runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], 2, "{guide}: {execution:#}");
        let again = messages(&execution).into_iter().filter(|text| text.starts_with(FOLLOWED_AGAIN)).count();
        assert_eq!(again, 1, "{guide}: {execution:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_gateway_follows_its_runs_again() {
    let mut scene = Scene::start(|_| {}).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Poll, 1).await;
    scene.server.kill_and_restart();
    scene.set_phase(Phase::Succeeded);
    assert_all_completed(&scene, &runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_gateway_leaves_its_runs_to_the_next_start() {
    let mut scene = Scene::start(|_| {}).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Poll, 1).await;
    scene.server.signal("TERM");
    assert!(scene.server.wait_for_exit().await.success());
    // They end while there is no gateway.
    scene.set_phase(Phase::Succeeded);
    scene.serve_again();
    assert_all_completed(&scene, &runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gateway_that_is_killed_during_a_start_never_starts_again() {
    let mut scene = Scene::start(|stand_in| stand_in.add_start_fault(Fault::Hold)).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Start, 1).await;
    scene.server.kill_and_restart();
    scene.stand_ins.iter().for_each(crate::support::stand_in::StandIn::release);
    scene.set_phase(Phase::Succeeded);
    for (stand_in, execution) in scene.finish(&runs).await {
        let guide = stand_in.engine.guide();
        assert_eq!(execution["State"], 3, "{guide}: {execution:#}");
        let last = last_message(&execution);
        assert!(
            last.contains("unknown whether the run was started in the engine: the gateway ended"),
            "{guide}: {last}"
        );
        assert_eq!(stand_in.requests(Kind::Poll).len(), 0, "{guide}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_during_a_start_waits_for_the_response() {
    let mut scene = Scene::start(|stand_in| stand_in.add_start_fault(Fault::Hold)).await;
    let runs = scene.execute_all().await;
    scene.wait_for(Kind::Start, 1).await;
    scene.server.signal("TERM");
    txjobs_test_support::wait_until("the stop", async || {
        let ready = scene.server.http().get(format!("{}/health/ready", scene.server.address())).send().await;
        (!ready.is_ok_and(|response| response.status().is_success())).then_some(())
    })
    .await;
    scene.stand_ins.iter().for_each(crate::support::stand_in::StandIn::release);
    assert!(scene.server.wait_for_exit().await.success());
    scene.set_phase(Phase::Succeeded);
    scene.serve_again();
    assert_all_completed(&scene, &runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn run_of_a_job_that_was_removed_ends_at_the_next_start() {
    let engine = SimpleEngine::start(|_| state("running").into());
    let config = engine.config("", "");
    let config =
        config.replace("request_timeout", "link = \"https://engine.example/{run_id}\"\nrequest_timeout");
    for database in ["gateway.db".to_owned(), PostgresServer::shared().create_database()] {
        let requests = engine.count("GET");
        let folder = ServerFolder::gateway(&config);
        std::fs::write(folder.file("token"), SECRET).unwrap();
        let mut create =
            folder.command(&["keys", "create", "--organization", "Contoso", "--name", "of the test"]);
        let key = CommandOutput::of(create.env("TXJOBS_DATABASE", &database)).expect_success();
        let key = ApiKey::new(key).unwrap();
        let serve = || {
            let mut serve = folder.serve_command(&[]);
            serve.env("TXJOBS_DATABASE", &database);
            TestServer::start(Program::Gateway, serve, key.clone())
        };
        let write = |config: &str| std::fs::write(folder.file("gateway.toml"), config).unwrap();
        let mut server = serve();
        let run = server.execute("Load").await;
        wait_until("a poll", async || (engine.count("GET") > requests).then_some(())).await;
        server.signal("TERM");
        assert!(server.wait_for_exit().await.success());
        write(&shell_jobs(&[("Other", "true", "")]));
        let server = serve();
        wait_until("the end of the run", async || folder.log().contains("may go on").then_some(())).await;
        // The job is listed again, with its history.
        write(&config);
        wait_until("the reload", async || folder.log().contains("was reloaded: added").then_some(())).await;
        let execution = server.wait_for_end(run).await;
        assert_eq!(execution["State"], 3);
        let removed = "The job was removed from gateway.toml. Its run in the other engine may go on: https://engine.example/7";
        assert_eq!(last_message(&execution), removed, "{execution:#}");
        assert_eq!(server.call(txjobs_sdk::paths::cancel_job(run.job)).await.status, 409);
    }
    assert_eq!(engine.count("POST"), 2);
}
