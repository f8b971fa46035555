//! Channels follow the configuration.

use std::fs;

use txjobs_test_support::{ServerFolder, TestServer, shell_jobs, wait_until};

use crate::receiver::{Receiver, webhook};

const ALL: &str = r#"on = ["completed"]"#;

fn jobs() -> String {
    shell_jobs(&[("works", "echo fine", "")])
}

async fn write_config(folder: &ServerFolder, gateway: &TestServer, config: &str, reloads: usize) {
    fs::write(folder.file("gateway.toml"), config).unwrap();
    wait_until("the reload", async || {
        (gateway.log().matches("was reloaded").count() == reloads).then_some(())
    })
    .await;
}

#[tokio::test]
async fn new_channel_is_told_of_later_runs_only() {
    let (a, b) = (Receiver::start().await, Receiver::start().await);
    let folder = ServerFolder::gateway(&jobs());
    let gateway = folder.serve(&["--metrics-listen", "127.0.0.1:0"]);
    gateway.run("works").await;
    let with_a = jobs() + &*webhook("A", &a.address, ALL);
    write_config(&folder, &gateway, &with_a, 1).await;
    let second = gateway.run("works").await;
    let id = |run: &serde_json::Value| format!("ended:{}", run["Id"].as_str().unwrap());
    a.wait_for(1).await;
    assert_eq!(a.texts("event_id"), [id(&second)]);
    write_config(&folder, &gateway, &(with_a + &*webhook("B", &b.address, ALL)), 2).await;
    let third = gateway.run("works").await;
    b.wait_for(1).await;
    a.wait_for(2).await;
    assert_eq!(b.texts("event_id"), [id(&third)]);
    assert_eq!(a.texts("event_id"), [id(&second), id(&third)]);
    // A channel whose address has changed is the same channel.
    let c = Receiver::start().await;
    write_config(&folder, &gateway, &(jobs() + &*webhook("B", &c.address, ALL)), 3).await;
    let fourth = gateway.run("works").await;
    c.wait_for(1).await;
    assert_eq!(c.texts("event_id"), [id(&fourth)]);
    assert_eq!((a.received().len(), b.received().len()), (2, 1));
}

#[tokio::test]
async fn metrics_count_attempts_and_pending_notifications() {
    let works = Receiver::start().await;
    let fails = Receiver::with_reply(|_, _| axum::http::StatusCode::FORBIDDEN.into()).await;
    let config = jobs() + &*webhook("A", &works.address, ALL) + &*webhook("B", &fails.address, ALL);
    let mut gateway = ServerFolder::gateway(&config).serve(&["--metrics-listen", "127.0.0.1:0"]);
    let address = gateway.read_metrics_address();
    let metrics = async || gateway.http().get(&address).send().await.unwrap().text().await.unwrap();
    let count = |channel: &str, outcome: &str, count: u64| {
        format!("\ntxjobs_notifications_total{{channel=\"{channel}\",outcome=\"{outcome}\"}} {count}\n")
    };
    wait_until("the counters", async || metrics().await.contains(&count("B", "given_up", 0)).then_some(()))
        .await;
    gateway.run("works").await;
    wait_until("the attempts", async || {
        let text = metrics().await;
        let is_counted =
            text.contains(&count("A", "delivered", 1)) && text.contains(&count("B", "failed", 1));
        let is_pending = text.contains("\ntxjobs_notifications_pending{channel=\"A\"} 0\n")
            && text.contains("\ntxjobs_notifications_pending{channel=\"B\"} 1\n");
        (is_counted && is_pending).then_some(())
    })
    .await;
}
