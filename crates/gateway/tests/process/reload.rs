//! The configuration is replaced while the gateway runs.

use std::fs;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, TestServer, lines, shell_jobs, wait_until};

const GATED: &str = "echo begun; until [ -e gate ]; do sleep 0.05; done; echo ended";

/// Waits for a line of the log.
async fn wait_for_log(gateway: &TestServer, text: &str) {
    wait_until(text, async || gateway.log().contains(text).then_some(())).await;
}

fn write(folder: &ServerFolder, config: &str) {
    fs::write(folder.file("gateway.toml"), config).unwrap();
}

async fn job_names(gateway: &TestServer) -> Vec<String> {
    let jobs = gateway.call(paths::list_jobs()).await.json();
    jobs.as_array().unwrap().iter().map(|job| job["Name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn added_job_runs_without_a_restart() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("a", "echo a", "")]));
    let gateway = folder.serve(&[]);
    write(&folder, &shell_jobs(&[("a", "echo a", ""), ("b", "echo b", "")]));
    wait_for_log(&gateway, "gateway.toml was reloaded: added: \"b\" of \"Contoso\"").await;
    assert_eq!(job_names(&gateway).await, ["a", "b"]);
    assert_eq!(lines(&gateway.run("b").await), [(0, "b")]);
    assert_eq!(lines(&gateway.run("a").await), [(0, "a")]);
}

#[tokio::test]
async fn broken_file_is_refused_and_its_next_version_is_read() {
    let before = shell_jobs(&[("gated", GATED, "")]);
    let folder = ServerFolder::gateway(&before);
    let gateway = folder.serve(&[]);
    let run = gateway.execute("gated").await;
    gateway.wait_until(run, |run| lines(run) == [(0, "begun")]).await;
    for (more, cause) in [
        ("nonsense", "gateway.toml is not valid: line "),
        (
            "timeout = \"soon\"",
            "column 11: the job \"gated\" of \"Contoso\": `timeout`: \"soon\" is not valid. Write a duration like",
        ),
        ("error = ['(']", "column 10: the job \"gated\" of \"Contoso\": `error` has a pattern"),
    ] {
        write(&folder, &format!("{before}\n{more}\n"));
        wait_for_log(&gateway, cause).await;
    }
    let line = before.lines().count() + 2;
    let log = gateway.log();
    assert!(log.contains(&format!("gateway.toml is not valid: line {line}, column 11: ")), "{log}");
    assert!(log.contains("the configuration was not reloaded, and the earlier one stays in use"), "{log}");
    fs::write(folder.file("gate"), "").unwrap();
    let run = gateway.wait_for_end(run).await;
    assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), vec![(0, "begun"), (0, "ended")]));
    assert_eq!(job_names(&gateway).await, ["gated"]);
    write(&folder, &shell_jobs(&[("repaired", "echo ran", "")]));
    wait_for_log(&gateway, "gateway.toml was reloaded: added: \"repaired\"").await;
    assert_eq!(lines(&gateway.run("repaired").await), [(0, "ran")]);
}

#[tokio::test]
async fn running_run_goes_on_and_a_pending_one_starts_with_the_new_command() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("gated", GATED, ""), ("waits", "echo before", "")]));
    let gateway = folder.serve(&["--concurrency", "1"]);
    let running = gateway.execute("gated").await;
    gateway.wait_until(running, |run| lines(run) == [(0, "begun")]).await;
    let pending = gateway.execute("waits").await;
    write(&folder, &shell_jobs(&[("gated", "echo after", ""), ("waits", "echo after", "")]));
    let changed = "gateway.toml was reloaded: changed: \"gated\" of \"Contoso\", \"waits\" of \"Contoso\"";
    wait_for_log(&gateway, changed).await;
    fs::write(folder.file("gate"), "").unwrap();
    assert_eq!(lines(&gateway.wait_for_end(running).await), [(0, "begun"), (0, "ended")]);
    let pending = gateway.wait_for_end(pending).await;
    assert_eq!(lines(&pending).last(), Some(&(0, "after")), "{pending}");
    assert_eq!(lines(&gateway.run("gated").await), [(0, "after")]);
}

#[tokio::test]
async fn pending_run_of_a_removed_job_fails_and_a_running_one_goes_on() {
    let jobs = [("gated", GATED, ""), ("waits", "echo ran", ""), ("other", "true", "")];
    let folder = ServerFolder::gateway(&shell_jobs(&jobs));
    let gateway = folder.serve(&["--concurrency", "1"]);
    let running = gateway.execute("gated").await;
    gateway.wait_until(running, |run| lines(run) == [(0, "begun")]).await;
    let pending = gateway.execute("waits").await;
    write(&folder, &shell_jobs(&jobs[2..]));
    let removed = "gateway.toml was reloaded: removed: \"gated\" of \"Contoso\", \"waits\" of \"Contoso\"";
    wait_for_log(&gateway, removed).await;
    assert_eq!(job_names(&gateway).await, ["other"]);
    assert_eq!(gateway.call(paths::execute_job(running.job)).await.status, 404);
    fs::write(folder.file("gate"), "").unwrap();
    // The jobs are not listed until they return. Their history is kept.
    write(&folder, &shell_jobs(&jobs));
    wait_for_log(&gateway, "gateway.toml was reloaded: added: \"gated\" of \"Contoso\"").await;
    assert_eq!(lines(&gateway.wait_for_end(running).await), [(0, "begun"), (0, "ended")]);
    let removed = "The job was removed from gateway.toml before the run started.";
    assert_eq!(lines(&gateway.wait_for_end(pending).await), [(2, removed)]);
}

#[tokio::test]
async fn quick_writes_and_renames_end_with_the_last_version() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("a", "true", "")]));
    let gateway = folder.serve(&[]);
    write(&folder, "[[organization]]\nname = \"Con");
    write(&folder, &shell_jobs(&[("b", "echo b", "")]));
    wait_for_log(&gateway, "gateway.toml was reloaded: added: \"b\"").await;
    // Many editors write another file and rename it.
    fs::write(folder.file("gateway.toml.new"), shell_jobs(&[("c", "echo c", "")])).unwrap();
    fs::rename(folder.file("gateway.toml.new"), folder.file("gateway.toml")).unwrap();
    wait_for_log(&gateway, "gateway.toml was reloaded: added: \"c\"").await;
    assert_eq!(lines(&gateway.run("c").await), [(0, "c")]);
}

#[tokio::test]
async fn sighup_reloads_and_runs_go_on() {
    let config = shell_jobs(&[("gated", GATED, "")]);
    let folder = ServerFolder::gateway(&config);
    let gateway = folder.start(folder.service_command(&[]));
    let run = gateway.execute("gated").await;
    gateway.wait_until(run, |run| lines(run) == [(0, "begun")]).await;
    gateway.signal("HUP");
    wait_for_log(&gateway, "gateway.toml was reloaded: no job has changed").await;
    fs::write(folder.file("gate"), "").unwrap();
    assert_eq!(gateway.wait_for_end(run).await["State"], 2);
}

#[tokio::test]
async fn setting_that_needs_a_restart_is_refused() {
    let config = shell_jobs(&[("a", "echo a", "")]);
    let folder = ServerFolder::gateway(&config);
    let gateway = folder.serve(&[]);
    write(&folder, &format!("key_header = \"x-key\"\n{config}"));
    wait_for_log(&gateway, "`key_header` = \"x-key\" takes effect only at a start. Restart the gateway")
        .await;
    assert_eq!(job_names(&gateway).await, ["a"]);
}

#[tokio::test]
async fn retention_follows_the_file() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("a", "true", "")]));
    let gateway = folder.serve(&[]);
    for _ in 0..3 {
        gateway.run("a").await;
    }
    let job = gateway.job("a").await;
    write(&folder, &shell_jobs(&[("a", "true", "retention = { keep_runs = 1 }")]));
    wait_until("one run", async || {
        let runs = gateway.call(paths::get_job_logs(job, None, None)).await.json();
        (runs.as_array()?.len() == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn changed_body_of_a_request_is_reported_without_its_text() {
    let config = |body: &str| {
        format!(
            "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n\
             [organization.job.http.start]\nurl = \"https://engine.example/runs\"\nrun_id = \"/id\"\nbody = {{ key = {body:?} }}\n\
             [organization.job.http.poll]\nurl = \"https://engine.example/runs/{{run_id}}\"\nstate = [\"/state\"]\n\
             completed = [\"done\"]\nfailed = [\"failed\"]\n"
        )
    };
    let folder = ServerFolder::gateway(&config("first-0123456789"));
    let gateway = folder.serve(&[]);
    write(&folder, &config("second-0123456789"));
    wait_for_log(&gateway, "gateway.toml was reloaded: ").await;
    let log = gateway.log();
    assert!(log.contains("was reloaded: changed: \"Load\" of \"Contoso\""), "{log}");
    assert!(!log.contains("0123456789"), "{log}");
}

#[tokio::test]
async fn job_that_is_stored_before_a_reload_fails_can_run() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("a", "echo a", "")]));
    let gateway = folder.serve(&[]);
    let execute_sql = async |sql: &'static str| {
        let options = SqliteConnectOptions::new().filename(folder.file("txjobs-gateway.db"));
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    // Jobs can be written, and then schedules cannot.
    execute_sql("ALTER TABLE schedules RENAME TO hidden_schedules").await;
    write(&folder, &shell_jobs(&[("a", "echo a", ""), ("b", "echo b", "")]));
    wait_for_log(&gateway, "could not be written to the database").await;
    assert_eq!(job_names(&gateway).await, ["a", "b"]);
    assert_eq!(lines(&gateway.run("b").await), [(0, "b")]);
    execute_sql("ALTER TABLE hidden_schedules RENAME TO schedules").await;
    wait_for_log(&gateway, "gateway.toml was reloaded: added: \"b\" of \"Contoso\"").await;
}
