//! A relay tells of runs that it archives, and not of history.

use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, TestServer, receive, shell_jobs, wait_until};

use crate::receiver::{Receiver, webhook};

/// Waits until the relay has archived this number of runs of a job.
async fn wait_for_archived(relay: &TestServer, job: &str, count: usize) {
    wait_until("the archive", async || {
        let url = format!("{}/archive/public/jobs/{job}/logs", relay.address());
        let response = receive(relay.http().get(url).header(paths::API_KEY_HEADER, relay.key())).await;
        let is_complete = response.status == 200 && response.json().as_array()?.len() == count;
        is_complete.then_some(())
    })
    .await;
}

/// Waits until the relay has noted its deliveries. If it is killed before, it repeats the last one.
async fn wait_until_noted(relay: &mut TestServer) {
    let metrics = relay.read_metrics_address();
    wait_until("the note", async || {
        let text = receive(relay.http().get(&metrics)).await.text;
        text.contains("\ntxjobs_notifications_pending{channel=\"A\"} 0\n").then_some(())
    })
    .await;
}

#[tokio::test]
async fn relay_tells_of_new_runs_of_the_service() {
    let service = TestServer::gateway(&shell_jobs(&[("fails", "echo no >&2; exit 3", "")]));
    let history = service.run("fails").await;
    let job = history["JobId"].as_str().unwrap().to_owned();
    let receiver = Receiver::start().await;
    let config = format!(
        "[relay]\nupstream = {:?}\nkey_file = \"key\"\nwatch = \"1s\"\nallow_addresses = [\"127.0.0.1\"]\n",
        service.address()
    );
    let folder = ServerFolder::gateway(&(config + &*webhook("A", &receiver.address, "jobs = [\"fails\"]")));
    std::fs::write(folder.file("key"), service.key()).unwrap();
    let mut relay = folder.serve(&["--metrics-listen", "127.0.0.1:0"]);
    wait_for_archived(&relay, &job, 1).await;
    let new = service.run("fails").await;
    let body = receiver.wait_for(1).await.remove(0).body;
    assert_eq!(body["event_id"], format!("ended:{}", new["Id"].as_str().unwrap()));
    assert_eq!((body["organization"].as_str(), body["job"].as_str()), (Some("Relay"), Some("fails")));
    assert_eq!(
        (body["state"].as_str(), body["first_error"].as_str()),
        (Some("failed"), Some("The command exited with code 3."))
    );
    wait_until_noted(&mut relay).await;
    // What ends while the relay is down is told after it.
    relay.kill_and_restart();
    let later = service.run("fails").await;
    wait_for_archived(&relay, &job, 3).await;
    let expected = [&new, &later].map(|run| format!("ended:{}", run["Id"].as_str().unwrap()));
    receiver.wait_for(2).await;
    assert_eq!(receiver.texts("event_id"), expected);
}
