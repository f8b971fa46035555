use txjobs_tests::gateway::Gateway;

use crate::{JOBS, LOAD, ask, execute, get, post};

#[tokio::test]
async fn what_clients_asked_is_found_again() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    get(&gateway, "/public/jobs");
    let trigger_id = execute(&gateway, LOAD);
    get(&gateway, &format!("/public/jobs/{LOAD}/logs/{trigger_id}?after={LOAD}&unknown=1"));
    get(&gateway, "/public/jobs/nonsense/status");
    get(&gateway, "/health");
    ask(gateway.address(), "OPTIONS /public/jobs HTTP/1.1\r\norigin: https://a.example\r\n");

    let all = admin.await_journal("outcome=answered", 5).await;
    assert_eq!(all.len(), 5, "the health check is no request of the contract: {all:?}");
    let operations: Vec<_> = all.iter().map(|entry| entry.operation.as_deref().unwrap_or("none")).collect();
    assert_eq!(operations, ["list_jobs", "execute_job", "get_job_logs_by_trigger", "get_job_status", "none"]);
    assert_eq!(all.iter().map(|entry| entry.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(
        (all[2].path.as_str(), &all[2].query),
        (&*format!("/public/jobs/{LOAD}/logs/{trigger_id}"), &vec!["after".into(), "unknown".into()])
    );
    assert_eq!(all[0].headers, ["apikey", "connection", "host"]);
    assert_eq!((all[3].status, all[4].method.as_str()), (Some(400), "OPTIONS"));

    let of_run = admin.journal(&format!("trigger_id={trigger_id}")).await;
    let of_run: Vec<_> = of_run.iter().map(|entry| entry.number).collect();
    assert_eq!(of_run, [2, 3], "also the execute, which was answered with it");
    assert_eq!(admin.journal(&format!("job_id={LOAD}&status=200&operation=execute_job")).await.len(), 1);
    assert_eq!(admin.journal("since=3&limit=1").await[0].number, 5);
    admin.clear_journal().await;
    assert!(admin.journal("").await.is_empty());
    get(&gateway, "/public/jobs");
    assert_eq!(admin.journal("").await[0].number, 6);
}

#[tokio::test]
async fn no_key_is_in_it_wherever_it_was_sent() {
    let gateway = Gateway::emulator(JOBS);
    let key = gateway.key().to_owned();
    let custom = "a-key-for-tests-only";
    for key in [key.as_str(), custom] {
        ask(
            gateway.address(),
            &format!(
                "GET /public/{key}/jobs?apiKey={key}&{key}=1&{key} HTTP/1.1\r\napiKey: {key}\r\nauthorization: Bearer {key}\r\n"
            ),
        );
        ask(gateway.address(), &format!("GET /public/jobs/{key}/logs/{key} HTTP/1.1\r\n"));
    }
    let found =
        gateway.admin().request(reqwest::Method::GET, "/journal").send().await.unwrap().text().await.unwrap();
    assert_eq!(found.matches("\"method\"").count(), 4, "{found}");
    assert!(!found.contains(&key) && !found.contains(custom), "{found}");
    assert!(!gateway.log().contains(&key));
}

#[tokio::test]
async fn long_requests_take_bounded_memory() {
    let gateway = Gateway::emulator(JOBS);
    // As long as the gateway allows the head of a request to be.
    let headers: String = (0..60).map(|n| format!("x-{n}-{}: 1\r\n", "a".repeat(200))).collect();
    let path = format!("/public{}?{}", "/segment".repeat(200), "parameter&".repeat(200));
    for _ in 0..50 {
        ask(gateway.address(), &format!("GET {path} HTTP/1.1\r\n{headers}"));
    }
    let found = gateway.admin().request(reqwest::Method::GET, "/journal").send().await.unwrap();
    let found = found.text().await.unwrap();
    assert_eq!(found.matches("\"method\"").count(), 50);
    assert!(found.len() < 50 * 2000, "{} bytes", found.len());
}

#[tokio::test]
async fn waiting_searches_are_bounded_and_others_are_refused() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    let search = |wait: u32| {
        let path = format!("/journal?status=418&wait={wait}");
        tokio::spawn(admin.request(reqwest::Method::GET, &path).send())
    };
    let waiting: Vec<_> = (0..101).map(|_| search(5)).collect();
    let mut statuses = Vec::new();
    for answer in waiting {
        statuses.push(answer.await.unwrap().unwrap().status().as_u16());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[99], statuses[100]), (200, 429), "{statuses:?}");
    assert_eq!(search(0).await.unwrap().unwrap().status(), 200, "who does not wait is always answered");
}

#[tokio::test]
async fn it_can_be_waited_for_instead_of_sleeping() {
    let gateway = Gateway::emulator(JOBS);
    let admin = gateway.admin();
    let waiting = tokio::spawn({
        let admin = admin.clone();
        async move { admin.await_journal("operation=execute_job&status=409", 1).await }
    });
    execute(&gateway, crate::SLOW);
    assert!(!waiting.is_finished());
    assert_eq!(post(&gateway, &format!("/public/jobs/{}/execute", crate::SLOW)).status, 409);
    assert_eq!(waiting.await.unwrap().len(), 1);
    // And it ends when the time is over.
    assert!(admin.journal("status=418&wait=1").await.is_empty());
}
