//! Made-up organizations through the contract: seen when they are whole, kept, run, and taken away.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use txjobs_gateway::clock::Clock;
use txjobs_gateway::config;
use txjobs_gateway::key::{self, KeyHash};
use txjobs_gateway::runner::recover;
use txjobs_gateway::warehouse::{self, Plan, Profile, SeedError, Seeded};
use txjobs_sdk::types::JobId;
use txjobs_sdk::{ApiKey, ExecutionState, Severity, Timestamp, paths};
use txjobs_store::{BusyPolicy, Line, PastRun, Piece, RunResult, SeededJob, Store};
use uuid::Uuid;

use crate::house::{CONFIG, House, lines};

const NOW: i64 = 1_773_453_602_117_000;

fn plan(profile: Profile, jobs: u32, executions: u32) -> Plan {
    Plan { number: 1, profile, organization: "Wide World".into(), jobs, executions, longest_run: 0 }
}

async fn seed(house: &House, plan: &Plan) -> (ApiKey, Seeded) {
    let key = key::mint().unwrap();
    let seeded = warehouse::seed(&house.store, plan, NOW, &hash(&key)).await.unwrap();
    (key, seeded)
}

fn hash(key: &ApiKey) -> KeyHash {
    key::hash(key.expose())
}

async fn jobs(house: &House, key: &ApiKey) -> Vec<(JobId, String)> {
    let listed = house.ask_as(key, paths::list_jobs()).await.ok();
    let job = |job: &Value| {
        (job["Id"].as_str().unwrap().parse().unwrap(), job["Name"].as_str().unwrap().to_owned())
    };
    listed.as_array().unwrap().iter().map(job).collect()
}

async fn logs(house: &House, key: &ApiKey, job: JobId) -> Vec<Value> {
    let body = house.ask_as(key, paths::get_job_logs(job, None, None)).await.ok();
    body.as_array().unwrap().clone()
}

fn time(of: &Value) -> Timestamp {
    of.as_str().unwrap().parse().unwrap()
}

/// How many rows of everything there are.
async fn everything(house: &House) -> HashMap<&'static str, i64> {
    let file = house.folder.path().join("gateway.db");
    let pool = sqlx::SqlitePool::connect(file.to_str().unwrap()).await.unwrap();
    let mut counts = HashMap::new();
    for table in ["organizations", "api_keys", "jobs", "executions", "lines"] {
        let sql = format!("SELECT count(*) FROM {table}");
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap();
        counts.insert(table, count);
    }
    pool.close().await;
    counts
}

/// What a gateway that is killed half-way leaves behind.
async fn half(store: &Store, name: &str) {
    let mut seeding = store.begin_seeding(name, "warehouse").await.unwrap().unwrap();
    let job = Uuid::new_v4();
    let line = |message: &str| Line { time: 1, severity: Severity::Error, message: message.into() };
    let run = PastRun {
        id: Uuid::new_v4(),
        job,
        trigger_id: Uuid::nil(),
        state: ExecutionState::Failed,
        created_at: 1,
        ended_at: 2,
        lines: vec![line("one"), line("two")],
    };
    let jobs = vec![SeededJob { id: job, name: "Half".into(), seed: 1 }];
    seeding.write(Piece { jobs, runs: vec![run], ..Piece::default() }).await.unwrap();
    seeding.write(Piece { more: vec![line("three")], ..Piece::default() }).await.unwrap();
}

#[tokio::test]
async fn it_is_all_there_and_only_for_its_key() {
    let house = House::idle().await;
    let plan = Plan { longest_run: 1234, ..plan(Profile::Warehouse, 30, 200) };
    let (key, seeded) = seed(&house, &plan).await;
    assert_eq!((seeded.jobs, seeded.executions), (30, 200));
    let listed = jobs(&house, &key).await;
    assert_eq!(listed.len(), 30);
    let mut executions = Vec::new();
    for (job, name) in &listed {
        let runs = logs(&house, &key, *job).await;
        let ended: Vec<_> = runs.iter().map(|run| time(&run["EndTime"])).collect();
        assert!(ended.is_sorted(), "{name}: {ended:?}");
        executions.extend(runs);
    }
    assert_eq!(executions.len(), 200);
    let all: usize = executions.iter().map(|run| lines(run).len()).sum();
    assert_eq!(all as u64, seeded.lines);
    assert!(executions.iter().any(|run| lines(run).len() == 1234));
    let times = |run: &Value| -> Vec<Timestamp> {
        let lines = run["JobExecutionLogs"].as_array().unwrap();
        lines.iter().map(|line| time(&line["TimeStamp"])).collect()
    };
    assert!(executions.iter().all(|run| times(run).is_sorted()));
    // Nobody else's.
    house.ask_as(&house.keys[0], paths::get_job_status(listed[0].0)).await.refused(404);
    house.ask_as(&key, paths::get_job_status(house.job("Quick"))).await.refused(404);
}

#[tokio::test]
async fn the_same_plan_makes_the_same() {
    let (one, other) = (House::idle().await, House::idle().await);
    let plan = plan(Profile::Warehouse, 5, 60);
    let ((key, _), (other_key, _)) = (seed(&one, &plan).await, seed(&other, &plan).await);
    let listed = jobs(&one, &key).await;
    assert_eq!(listed, jobs(&other, &other_key).await);
    for (job, _) in listed {
        assert_eq!(logs(&one, &key, job).await, logs(&other, &other_key, job).await);
    }
}

#[tokio::test]
async fn hostile_texts_come_through_as_they_are() {
    let house = House::idle().await;
    let (key, _) = seed(&house, &plan(Profile::Hostile, 25, 60)).await;
    let listed = jobs(&house, &key).await;
    assert_eq!(listed[1].1, "");
    let runs = logs(&house, &key, listed[0].0).await;
    let newest = lines(runs.last().unwrap());
    for expected in
        ["", "a NUL:\0:and after it", "\0", "one\r\ntwo\r\nthree", "\u{fffe}\u{ffff}\u{fdd0}\u{fdef}"]
    {
        assert!(newest.iter().any(|(_, message)| *message == expected), "{expected:?}");
    }
    assert_eq!(newest.iter().filter(|(_, message)| message.len() == 5_000_000).count(), 1);
}

#[tokio::test]
async fn a_restart_keeps_it() {
    let house = House::idle().await;
    let (key, _) = seed(&house, &plan(Profile::Warehouse, 3, 20)).await;
    let before = (jobs(&house, &key).await, everything(&house).await);
    let job = before.0[0].0;
    // Nor is what was requested of it and waits taken for a run of a job that is gone.
    house.ask_as(&key, paths::execute_job(job)).await.ok();

    let again = Store::open(&house.folder.path().join("gateway.db")).await.unwrap();
    again.declare(&house.config.declared()).await.unwrap();
    recover(&again, &Clock::system(), &HashMap::new()).await.unwrap();
    again.close().await;
    assert_eq!(jobs(&house, &key).await, before.0);
    let mut expected = before.1;
    *expected.get_mut("executions").unwrap() += 1;
    assert_eq!(everything(&house).await, expected);
    assert_eq!(house.ask_as(&key, paths::get_job_status(job)).await.ok()["Status"], 1);
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let house = House::idle().await;
    let hash = hash(&key::mint().unwrap());
    let mut plan = plan(Profile::Warehouse, 3, 20);
    seed(&house, &plan).await;
    let before = everything(&house).await;
    for name in ["Wide World", "Contoso"] {
        plan.organization = name.into();
        let refused = warehouse::seed(&house.store, &plan, NOW, &hash).await;
        assert!(matches!(refused, Err(SeedError::NameTaken)), "{refused:?}");
    }
    // Also that of one which is no longer declared: its history is kept.
    house.store.declare(&house.config.declared()[1..]).await.unwrap();
    let refused = warehouse::seed(&house.store, &plan, NOW, &hash).await;
    assert!(matches!(refused, Err(SeedError::NameTaken)), "{refused:?}");
    assert_eq!(everything(&house).await, before);
}

#[tokio::test]
async fn two_at_once_do_not_meet() {
    let house = House::idle().await;
    let plan = plan(Profile::Warehouse, 200, 2000);
    let keys = [key::mint().unwrap(), key::mint().unwrap()].map(|key| hash(&key));
    let (one, other) = tokio::join!(
        warehouse::seed(&house.store, &plan, NOW, &keys[0]),
        warehouse::seed(&house.store, &plan, NOW, &keys[1]),
    );
    assert!(one.is_ok(), "{one:?}");
    assert!(matches!(other, Err(SeedError::NameTaken)), "{other:?}");

    let plan = Plan { organization: "Another".into(), ..plan };
    let (seeded, reset) =
        tokio::join!(warehouse::seed(&house.store, &plan, NOW, &keys[1]), house.store.reset());
    assert!(seeded.is_ok() && reset.unwrap(), "{seeded:?}");
    assert_eq!(everything(&house).await["jobs"], 3, "reset came after it");
}

#[tokio::test]
async fn the_configuration_cannot_take_a_made_up_organization_over() {
    let house = House::idle().await;
    let (key, _) = seed(&house, &plan(Profile::Warehouse, 3, 20)).await;
    let text = CONFIG.replace("Fabrikam", "Wide World");
    let config = config::parse(&text, std::path::Path::new("")).unwrap();
    let refused = house.store.declare(&config.declared()).await.unwrap_err().to_string();
    assert!(
        refused
            .starts_with("The database has an organization \"Wide World\" that gateway.toml does not manage"),
        "{refused}"
    );
    assert_eq!(jobs(&house, &key).await.len(), 3);
}

#[tokio::test]
async fn what_was_killed_half_way_is_not_seen_and_is_made_anew() {
    let house = House::idle().await;
    let clean = everything(&house).await;
    half(&house.store, "Wide World").await;
    assert_ne!(everything(&house).await, clean, "otherwise this shows nothing");
    house.store.declare(&house.config.declared()).await.unwrap();
    assert_eq!(house.store.organization_id("Wide World").await.unwrap(), None);

    let (key, seeded) = seed(&house, &plan(Profile::Warehouse, 3, 20)).await;
    assert_eq!(jobs(&house, &key).await.len(), 3);
    let now = everything(&house).await;
    let more = |table| now[table] - clean[table];
    assert_eq!((more("organizations"), more("api_keys"), more("jobs")), (1, 1, 3));
    assert_eq!((more("executions"), more("lines")), (20, seeded.lines.cast_signed()));
}

#[tokio::test]
async fn what_was_killed_half_way_does_not_keep_its_name_from_the_configuration() {
    let house = House::idle().await;
    let clean = everything(&house).await;
    half(&house.store, "Wide World").await;
    let text = CONFIG.replace("Fabrikam", "Wide World").replace("33333333-3333", "44444444-3333");
    let config = config::parse(&text, std::path::Path::new("")).unwrap();
    house.store.delete_incomplete_seeded().await.unwrap();
    house.store.declare(&config.declared()).await.unwrap();
    let now = everything(&house).await;
    let more = |table| now[table] - clean[table];
    assert_eq!((more("organizations"), more("jobs"), more("executions"), more("lines")), (1, 1, 0, 0));
}

#[tokio::test]
async fn what_the_store_does_not_take_leaves_nothing() {
    let house = House::idle().await;
    let before = everything(&house).await;
    // The key is another organization's, which the store says at the very end.
    let refused =
        warehouse::seed(&house.store, &plan(Profile::Warehouse, 3, 20), NOW, &hash(&house.keys[0])).await;
    assert!(matches!(refused, Err(SeedError::Store(_))), "{refused:?}");
    assert_eq!(everything(&house).await, before);
    assert_eq!(house.ask(paths::list_jobs()).await.ok().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn runs_of_others_keep_their_numbers_while_it_is_written() {
    let house = House::idle().await;
    let mut seeding = house.store.begin_seeding("Wide World", "warehouse").await.unwrap().unwrap();
    let job = Uuid::new_v4();
    let run = |n: i64| PastRun {
        id: Uuid::new_v4(),
        job,
        trigger_id: Uuid::new_v4(),
        state: ExecutionState::Completed,
        created_at: n * 10,
        ended_at: n * 10 + 5,
        lines: vec![Line { time: n, severity: Severity::Information, message: format!("{n}.1") }],
    };
    let jobs = vec![SeededJob { id: job, name: "Between".into(), seed: 1 }];
    seeding.write(Piece { jobs, runs: vec![run(1), run(2)], ..Piece::default() }).await.unwrap();
    let ours = house.execute(house.job("Quick")).await;
    let more = vec![Line { time: 3, severity: Severity::Warning, message: "2.2".into() }];
    seeding.write(Piece { more: more.clone(), ..Piece::default() }).await.unwrap();
    seeding.write(Piece { more, runs: vec![run(3)], ..Piece::default() }).await.unwrap();
    let key = key::mint().unwrap();
    assert!(house.ask_as(&key, paths::list_jobs()).await.status == 401, "not before it is whole");
    seeding.finish("seed", &hash(&key), NOW).await.unwrap();

    let runs = logs(&house, &key, JobId(job)).await;
    let said: Vec<Vec<&str>> =
        runs.iter().map(|run| lines(run).into_iter().map(|(_, message)| message).collect()).collect();
    assert_eq!(said, [vec!["1.1"], vec!["2.1", "2.2", "2.2"], vec!["3.1"]]);
    let claimed = house.store.claim_run(NOW, NOW).await.unwrap().unwrap();
    assert_eq!(claimed.trigger_id, ours.0);
}

#[tokio::test]
async fn a_reset_leaves_what_is_declared() {
    let house = House::working().await;
    house.run("Quick").await;
    let clean = {
        let mut clean = everything(&house).await;
        clean.insert("executions", 0);
        clean.insert("lines", 0);
        clean
    };
    let (key, _) = seed(&house, &plan(Profile::Warehouse, 3, 20)).await;
    half(&house.store, "Never whole").await;
    assert!(house.store.reset().await.unwrap());
    assert_eq!(everything(&house).await, clean);
    house.ask_as(&key, paths::list_jobs()).await.refused(401);
    // It goes on as if nothing had been, with a new connection that minds foreign keys as the one before.
    assert_eq!(house.run("Quick").await["State"], 2);
    assert!(house.store.request_run(Uuid::new_v4(), Uuid::new_v4(), 1, BusyPolicy::Refuse).await.is_err());
    let (key, _) = seed(&house, &plan(Profile::Warehouse, 3, 20)).await;
    assert_eq!(jobs(&house, &key).await.len(), 3);
}

#[tokio::test]
async fn a_reset_is_refused_while_a_run_is_unfinished() {
    let house = House::idle().await;
    seed(&house, &plan(Profile::Warehouse, 3, 20)).await;
    let job = house.job("Quick");
    house.execute(job).await;
    let before = everything(&house).await;
    assert!(!house.store.reset().await.unwrap(), "pending");
    let run = house.store.claim_run(NOW, NOW).await.unwrap().unwrap();
    assert!(!house.store.reset().await.unwrap(), "running");
    assert_eq!(everything(&house).await, before);
    let ending = RunResult { state: ExecutionState::Completed, error: None };
    house.store.end_run(&run, &ending, NOW).await.unwrap();
    assert!(house.store.reset().await.unwrap());
}

#[tokio::test]
async fn its_jobs_can_be_run() {
    let house = House::working().await;
    let (key, _) = seed(&house, &plan(Profile::Warehouse, 2000, 0)).await;
    let mut scripts = Vec::new();
    for (job, _) in jobs(&house, &key).await {
        let outcome = warehouse::script_of(&house.store, job.0).await.unwrap().unwrap().outcome;
        scripts.push((job, outcome));
    }
    // The quickest of those that end so, because the times are the real ones.
    scripts.sort_by_key(|(_, outcome)| outcome.steps.iter().map(|step| step.after).sum::<Duration>());
    let ends = [
        ExecutionState::Completed,
        ExecutionState::CompletedWithWarnings,
        ExecutionState::CompletedWithErrors,
        ExecutionState::Failed,
    ];
    let runs = ends.map(async |end| {
        let (job, outcome) = scripts.iter().find(|(_, outcome)| outcome.state == end).unwrap();
        let body = house.ask_as(&key, paths::execute_job(*job)).await.ok();
        let trigger = body["TriggerId"].as_str().unwrap().parse().unwrap();
        let run = house.until_as(&key, *job, trigger, |run| run["State"].as_i64().unwrap() >= 2).await;
        let expected = outcome.steps.iter().map(|step| (step.severity.number(), step.message.as_str()));
        assert_eq!((&run["State"], lines(&run)), (&json!(end.number()), expected.collect()));
    });
    futures::future::join_all(runs).await;
}
