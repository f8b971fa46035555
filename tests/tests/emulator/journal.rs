//! The journal of requests.

use txjobs_test_support::TestServer;

use crate::{JOBS, LOAD, execute, get, post, send_raw};

#[tokio::test]
async fn journal_lists_requests_and_finds_them_by_query() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    get(&server, "/public/jobs");
    let trigger_id = execute(&server, LOAD);
    get(&server, &format!("/public/jobs/{LOAD}/logs/{trigger_id}?after={LOAD}&unknown=1"));
    get(&server, "/public/jobs/nonsense/status");
    get(&server, "/health");
    send_raw(server.address(), "OPTIONS /public/jobs HTTP/1.1\r\norigin: https://a.example\r\n");

    let all = admin.wait_for_journal("outcome=completed", 5).await;
    assert_eq!(all.len(), 5, "the health check is not a request of the API: {all:?}");
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
    assert_eq!(of_run, [2, 3], "the execute, whose response has the trigger id, is included");
    assert_eq!(admin.journal(&format!("job_id={LOAD}&status=200&operation=execute_job")).await.len(), 1);
    assert_eq!(admin.journal("since=3&limit=1").await[0].number, 5);
    admin.clear_journal().await;
    assert!(admin.journal("").await.is_empty());
    get(&server, "/public/jobs");
    assert_eq!(admin.journal("").await[0].number, 6);
}

#[tokio::test]
async fn journal_contains_no_key() {
    let server = TestServer::emulator(JOBS);
    let key = server.key().to_owned();
    let custom = "a-key-for-tests-only";
    for key in [key.as_str(), custom] {
        send_raw(
            server.address(),
            &format!(
                "GET /public/{key}/jobs?apiKey={key}&{key}=1&{key} HTTP/1.1\r\napiKey: {key}\r\nauthorization: Bearer {key}\r\n"
            ),
        );
        send_raw(server.address(), &format!("GET /public/jobs/{key}/logs/{key} HTTP/1.1\r\n"));
    }
    let journal =
        server.admin().request(reqwest::Method::GET, "/journal").send().await.unwrap().text().await.unwrap();
    assert_eq!(journal.matches("\"method\"").count(), 4, "{journal}");
    assert!(!journal.contains(&key) && !journal.contains(custom), "{journal}");
    assert!(!server.log().contains(&key));
}

#[tokio::test]
async fn long_requests_take_bounded_memory() {
    let server = TestServer::emulator(JOBS);
    // The longest head that the server accepts.
    let headers: String = (0..60).map(|n| format!("x-{n}-{}: 1\r\n", "a".repeat(200))).collect();
    let path = format!("/public{}?{}", "/segment".repeat(200), "parameter&".repeat(200));
    for _ in 0..50 {
        send_raw(server.address(), &format!("GET {path} HTTP/1.1\r\n{headers}"));
    }
    let journal = server.admin().request(reqwest::Method::GET, "/journal").send().await.unwrap();
    let journal = journal.text().await.unwrap();
    assert_eq!(journal.matches("\"method\"").count(), 50);
    assert!(journal.len() < 50 * 2000, "{} bytes", journal.len());
}

#[tokio::test]
async fn too_many_waiting_queries_are_refused() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    let query = |wait: u32| {
        let path = format!("/journal?status=418&wait={wait}");
        tokio::spawn(admin.request(reqwest::Method::GET, &path).send())
    };
    let waiting: Vec<_> = (0..101).map(|_| query(5)).collect();
    let mut statuses = Vec::new();
    for response in waiting {
        statuses.push(response.await.unwrap().unwrap().status().as_u16());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[99], statuses[100]), (200, 429), "{statuses:?}");
    assert_eq!(query(0).await.unwrap().unwrap().status(), 200, "a query that does not wait is accepted");
}

#[tokio::test]
async fn query_waits_for_a_request() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    let waiting = tokio::spawn({
        let admin = admin.clone();
        async move { admin.wait_for_journal("operation=execute_job&status=409", 1).await }
    });
    execute(&server, crate::SLOW);
    assert!(!waiting.is_finished());
    assert_eq!(post(&server, &format!("/public/jobs/{}/execute", crate::SLOW)).status, 409);
    assert_eq!(waiting.await.unwrap().len(), 1);
    // The wait ends after its time.
    assert!(admin.journal("status=418&wait=1").await.is_empty());
}
