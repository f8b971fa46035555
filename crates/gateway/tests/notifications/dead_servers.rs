//! Servers that refuse, fail, and hang delay neither runs nor other channels.

use std::time::{Duration, Instant, SystemTime};

use axum::http::StatusCode;
use axum::response::IntoResponse;
use txjobs_test_support::{ServerFolder, closed_address, shell_jobs};

use crate::receiver::{Receiver, Reply, wait_for, webhook};

const ALL: &str = r#"on = ["completed", "failed"]"#;

fn jobs() -> String {
    shell_jobs(&[("works", "echo fine", "")])
}

#[tokio::test]
async fn dead_channels_delay_no_run_and_no_other_channel() {
    let works = Receiver::start().await;
    let hangs = Receiver::with_reply(|_, _| Reply::Hold).await;
    let fails = Receiver::with_reply(|_, _| StatusCode::INTERNAL_SERVER_ERROR.into()).await;
    let config = jobs()
        + &*webhook("Hangs", &hangs.address, ALL)
        + &*webhook("Fails", &fails.address, ALL)
        + &*webhook("Refuses", &format!("http://{}/", closed_address()), ALL)
        + &*webhook("Works", &works.address, ALL);
    let folder = ServerFolder::gateway(&config);
    let gateway = folder.serve(&[]);
    hangs_until_held(&gateway, &hangs).await;
    let start = Instant::now();
    for _ in 0..10 {
        assert_eq!(gateway.run("works").await["State"], 2);
    }
    works.wait_for(11).await;
    // The request that hangs is still waited for.
    assert!(start.elapsed() < Duration::from_secs(14), "{:?}", start.elapsed());
    assert_eq!(hangs.received().len(), 1);
    // It ends in time, and the next attempt comes.
    let attempts = hangs.wait_for(2).await;
    let between = attempts[1].at - attempts[0].at;
    assert!(between > Duration::from_secs(14), "{between:?}");
    for cause in ["no connection: Connection refused", "500 Internal Server Error", "no answer within 15s"] {
        wait_for(cause, || gateway.log().contains(cause).then_some(())).await;
    }
    gateway.signal("TERM");
    let stopped = Instant::now();
    assert!(gateway.wait().success());
    assert!(stopped.elapsed() < Duration::from_secs(10), "{:?}", stopped.elapsed());
}

/// Runs a job and waits until its notification hangs.
async fn hangs_until_held(gateway: &txjobs_test_support::TestServer, hangs: &Receiver) {
    gateway.run("works").await;
    hangs.wait_for(1).await;
}

#[tokio::test]
async fn failed_notification_is_delivered_later() {
    let receiver = Receiver::with_reply(|number, _| match number {
        0 => StatusCode::BAD_GATEWAY.into(),
        _ => StatusCode::ACCEPTED.into(),
    })
    .await;
    let folder = ServerFolder::gateway(&(jobs() + &*webhook("A", &receiver.address, ALL)));
    let gateway = folder.serve(&[]);
    gateway.run("works").await;
    let received = receiver.wait_for(2).await;
    assert_eq!(received[0].body, received[1].body, "a repetition says the same");
    wait_for("the log", || gateway.log().contains("notifications are delivered again").then_some(())).await;
    assert!(
        gateway.log().contains("was not delivered and will be tried again: the server responded with 502")
    );
}

#[tokio::test]
async fn retry_after_pauses_the_channel_in_both_forms() {
    for as_date in [false, true] {
        let receiver = Receiver::with_reply(move |number, _| match number {
            0 => {
                let value = match as_date {
                    false => "6".to_owned(),
                    true => httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(7)),
                };
                Reply::Send((StatusCode::TOO_MANY_REQUESTS, [("retry-after", value)]).into_response())
            }
            _ => StatusCode::OK.into(),
        })
        .await;
        let folder = ServerFolder::gateway(&(jobs() + &*webhook("A", &receiver.address, ALL)));
        let gateway = folder.serve(&[]);
        gateway.run("works").await;
        receiver.wait_for(1).await;
        gateway.run("works").await;
        let received = receiver.wait_for(3).await;
        let waited = received[1].at - received[0].at;
        assert!(waited > Duration::from_millis(5900), "{waited:?}");
        let mut ids = receiver.texts("event_id")[1..].to_vec();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 2, "both runs are told");
    }
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let other = Receiver::start().await;
    let location = other.address.clone();
    let receiver = Receiver::with_reply(move |_, _| {
        let moved = (StatusCode::TEMPORARY_REDIRECT, [("location", location.clone())]);
        Reply::Send(moved.into_response())
    })
    .await;
    let folder = ServerFolder::gateway(&(jobs() + &*webhook("A", &receiver.address, ALL)));
    let gateway = folder.serve(&[]);
    gateway.run("works").await;
    receiver.wait_for(2).await;
    assert!(gateway.log().contains("307 Temporary Redirect, a redirect, which is not followed"));
    assert!(other.received().is_empty());
}
