//! A gateway that ends in the middle of its runs, and starts again.

use txjobs_sdk::{ApiKey, paths};
use txjobs_test_support::{
    CommandOutput, PostgresServer, Program, ServerFolder, StartedRun, TestServer, json_response, shell_jobs,
    wait_until,
};

use crate::support::engine::{Kind, Phase};
use crate::support::scene::{Scene, last_message, messages};
use crate::support::simple_engine::{SECRET, SimpleEngine, serve, state};
use crate::support::stand_in::Fault;

const FOLLOWED_AGAIN: &str = "The gateway follows the run";

async fn assert_all_completed(scene: &Scene, runs: &[StartedRun]) {
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
    wait_until("the stop", async || {
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

const REMOVED: &str =
    "The job was removed from gateway.toml. Its run may go on in the other system: https://engine.example/7";

/// A gateway with a job of a simple engine, and a database of its own.
struct RemovableJob {
    config: String,
    folder: ServerFolder,
    database: String,
    key: ApiKey,
}

impl RemovableJob {
    fn new(engine: &SimpleEngine, database: String) -> Self {
        let link = "link = \"https://engine.example/{run_id}\"\nrequest_timeout";
        let config = engine.config("", "").replace("request_timeout", link);
        let folder = ServerFolder::gateway(&config);
        std::fs::write(folder.file("token"), SECRET).unwrap();
        let mut create =
            folder.command(&["keys", "create", "--organization", "Contoso", "--name", "of the test"]);
        let key = CommandOutput::of(create.env("TXJOBS_DATABASE", &database)).expect_success();
        Self { config, folder, database, key: ApiKey::new(key).unwrap() }
    }

    fn serve(&self, options: &[&str]) -> TestServer {
        let mut serve = self.folder.serve_command(options);
        serve.env("TXJOBS_DATABASE", &self.database);
        TestServer::start(Program::Gateway, serve, self.key.clone())
    }

    fn remove(&self) {
        std::fs::write(self.folder.file("gateway.toml"), shell_jobs(&[("Other", "true", "")])).unwrap();
    }

    /// Waits until the log contains a text this often.
    async fn wait_for_log(&self, text: &str, count: usize) {
        wait_until(text, async || (self.folder.log().matches(text).count() >= count).then_some(())).await;
    }

    /// Adds the job again, so that it is listed with its history, and checks the end of the run.
    async fn assert_given_up(&self, server: &TestServer, run: StartedRun) {
        std::fs::write(self.folder.file("gateway.toml"), &self.config).unwrap();
        self.wait_for_log("was reloaded: added: \"Load\"", 1).await;
        let execution = server.wait_for_end(run).await;
        assert_eq!(execution["State"], 3);
        assert_eq!(last_message(&execution), REMOVED, "{execution:#}");
        // The job is idle.
        assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 409);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn run_of_a_job_that_was_removed_ends_at_the_next_start() {
    for database in ["gateway.db".to_owned(), PostgresServer::shared().create_database()] {
        let engine = SimpleEngine::start(|_| state("running").into());
        let job = RemovableJob::new(&engine, database);
        let mut server = job.serve(&[]);
        let run = server.execute("Load").await;
        engine.wait_for("GET").await;
        server.signal("TERM");
        assert!(server.wait_for_exit().await.success());
        job.remove();
        let server = job.serve(&[]);
        job.wait_for_log(REMOVED, 1).await;
        job.assert_given_up(&server, run).await;
        assert_eq!(engine.count("POST"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn run_of_a_job_that_was_removed_is_ended_by_another_node() {
    let engine = SimpleEngine::start(|_| state("running").into());
    let job = RemovableJob::new(&engine, PostgresServer::shared().create_database());
    let mut runner = job.serve(&[]);
    let other = job.serve(&["--no-runner"]);
    let run = other.execute("Load").await;
    engine.wait_for("GET").await;
    job.remove();
    job.wait_for_log("was reloaded: added: \"Other\"", 2).await;
    assert!(!job.folder.log().contains(REMOVED), "its node still follows the run");
    runner.signal("TERM");
    assert!(runner.wait_for_exit().await.success());
    job.wait_for_log(REMOVED, 1).await;
    job.assert_given_up(&other, run).await;
}

/// The run of the job is in the engine when the gateway starts with a job that has changed.
#[tokio::test(flavor = "multi_thread")]
async fn changed_job_neither_follows_its_run_nor_starts_anything() {
    for is_command in [true, false] {
        let engine = SimpleEngine::start(|_| state("running").into());
        let other = SimpleEngine::start(|_| state("done").into());
        let config = engine.config("", &engine.cancel(""));
        let (folder, mut server) = serve(&config);
        let run = server.execute("Load").await;
        engine.wait_for("GET").await;
        server.signal("KILL");
        server.wait_for_exit().await;
        let sent = engine.server.requests().len();
        let changed = match is_command {
            true => "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\ncommand = [\"touch\", \"was-run\"]\n"
                .to_owned(),
            false => config.replace(engine.address(), other.address()),
        };
        std::fs::write(folder.file("gateway.toml"), changed).unwrap();
        let server = folder.serve(&[]);
        let execution = server.wait_for_end(run).await;
        assert_eq!(execution["State"], 3, "{execution:#}");
        let last = last_message(&execution);
        assert!(last.starts_with("The job has changed since the run was started: it "), "{last}");
        let place = format!("The run may go on: the run 7 at {}.", engine.address());
        assert!(last.ends_with(&place), "{last}");
        assert_eq!(engine.server.requests().len(), sent);
        assert_eq!(other.server.requests().len(), 0);
        assert!(!folder.file("was-run").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn request_that_needs_an_id_which_the_run_does_not_have_is_not_sent() {
    let engine = SimpleEngine::start_with(|_, request| match request.method.as_str() {
        "POST" => {
            let mut response = json_response(201, "{\"id\": 7}");
            response.headers_mut().insert("location", "/runs/7".parse().unwrap());
            response.into()
        }
        _ => state("running").into(),
    });
    let poll = "url_from = \"location\"\n";
    let (folder, mut server) = serve(&engine.config_with("", "", poll, ""));
    let run = server.execute("Load").await;
    engine.wait_for("GET").await;
    server.signal("KILL");
    server.wait_for_exit().await;
    let cancel = engine.cancel("wait = \"300ms\"\n");
    let changed = engine.config_with("", "run_id = \"/id\"\n", poll, &cancel);
    std::fs::write(folder.file("gateway.toml"), changed).unwrap();
    let server = folder.serve(&[]);
    assert_eq!(server.call(paths::cancel_job(run.job)).await.status, 200);
    let execution = server.wait_for_end(run).await;
    assert!(
        execution.to_string().contains("the id of the run is unknown, because gateway.toml"),
        "{execution:#}"
    );
    assert_eq!(engine.count("DELETE"), 0);
}
