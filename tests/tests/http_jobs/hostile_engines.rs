//! Engines that lead astray, and responses that are wrong.

use axum::body::Body;
use axum::http::Response;
use serde_json::json;
use txjobs_test_support::{FakeResponse, FakeServer, json_response};

use crate::support::scene::{last_message, messages};
use crate::support::simple_engine::{SECRET, SimpleEngine, serve, state};

fn redirect(status: u16, to: &str) -> Response<Body> {
    Response::builder().status(status).header("location", to).body(Body::empty()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_not_followed() {
    let thief = FakeServer::start(|_, _| state("done"));
    let to = format!("{}/runs/7", thief.address());
    let engine = SimpleEngine::start(move |_| redirect(307, &to).into());
    let server = engine.serve("", "");
    let run = server.run("Load").await;
    assert_eq!(run["State"], 3);
    assert!(
        last_message(&run).contains("307 Temporary Redirect, a redirect, which is not followed"),
        "{run:#}"
    );
    assert_eq!(thief.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn address_of_another_server_is_refused() {
    let thief = FakeServer::start(|_, _| state("done"));
    let to = format!("{}/runs/7", thief.address());
    for address in [to.clone(), to.replace("http://", "//"), to.replace("http://", "http://user@")] {
        for poll in ["url_from = \"location\"\n", "url_from = \"/url\"\n"] {
            let location = address.clone();
            let engine = SimpleEngine::start_with(move |_, _| {
                let response = Response::builder().status(202).header("location", &location);
                response.body(Body::from(json!({ "id": 7, "url": location }).to_string())).unwrap().into()
            });
            let (_folder, server) = serve(&engine.config_with("", "", poll, ""));
            let run = server.run("Load").await;
            assert_eq!(run["State"], 3);
            let last = last_message(&run);
            assert!(
                last.contains("cannot be followed") && last.contains("does not belong to http://127.0.0.1"),
                "{last}"
            );
            assert_eq!(engine.server.requests().len(), 1);
        }
    }
    assert_eq!(thief.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn relative_address_is_one_of_the_engine() {
    let engine = SimpleEngine::start_with(|_, request| match request.method.as_str() {
        "POST" => redirect(202, "/runs/a?b=c").into(),
        _ => state("done").into(),
    });
    let (_folder, server) = serve(&engine.config_with("", "", "url_from = \"location\"\n", ""));
    assert_eq!(server.run("Load").await["State"], 2);
    assert_eq!(engine.server.requests()[1].target, "/runs/a?b=c");
}

#[tokio::test(flavor = "multi_thread")]
async fn useless_ids_end_the_run_and_odd_ids_are_escaped() {
    for id in
        [json!(".."), json!(""), json!(null), json!({}), json!("a\nb"), json!("x".repeat(501)), json!(SECRET)]
    {
        let body = json!({ "id": id }).to_string();
        let engine = SimpleEngine::start_with(move |_, _| json_response(200, &body).into());
        let server = engine.serve("", "");
        let run = server.run("Load").await;
        assert!(last_message(&run).contains("its response has no id of the run at \"/id\""), "{run:#}");
        assert_eq!(engine.server.requests().len(), 1, "{id}");
    }
    let body = json!({ "id": "../a b?c#d%2e/\u{e4}" }).to_string();
    let engine = SimpleEngine::start_with(move |_, request| match request.method.as_str() {
        "POST" => json_response(200, &body).into(),
        _ => state("done").into(),
    });
    let server = engine.serve("", "");
    assert_eq!(server.run("Load").await["State"], 2);
    assert_eq!(engine.server.requests()[1].target, "/runs/..%2Fa%20b%3Fc%23d%252e%2F%C3%A4");
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_polls_end_the_run_after_a_few() {
    for status in [400, 401, 403, 404, 410] {
        let engine =
            SimpleEngine::start(move |_| json_response(status, &format!("{{\"for\": \"{SECRET}\"}}")).into());
        let server = engine.serve("", "");
        let run = server.run("Load").await;
        assert_eq!(engine.count("GET"), 4, "{status}");
        let last = last_message(&run);
        assert!(last.contains(&format!("the engine responded with {status}")), "{last}");
        assert!(last.contains("The run 7") && last.contains("may go on") && !last.contains(SECRET), "{last}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn useless_responses_to_polls_are_tolerated() {
    let engine = SimpleEngine::start_with(|number, request| match (request.method.as_str(), number) {
        ("POST", _) => json_response(200, "{\"id\": 7}").into(),
        (_, 1) => json_response(404, "{}").into(),
        (_, 2) => json_response(200, "<html>Sign in</html>").into(),
        (_, 3) => json_response(200, "{\"state\": null}").into(),
        (_, 4) => json_response(200, "[]").into(),
        (_, 5) => json_response(500, &"x".repeat(10_000)).into(),
        (_, 6) => json_response(200, "\u{1b}[31m{").into(),
        // More than the limit of eight megabytes.
        (_, 7) => {
            json_response(200, &format!("{{\"state\": \"done\", \"x\": \"{}\"}}", "x".repeat(9_000_000)))
                .into()
        }
        (_, 8) => FakeResponse::Close,
        (_, 9) => FakeResponse::Hold,
        (_, 10) => json_response(200, "{\"state\": {\"a\": 1}}").into(),
        (_, 11) => state("rebooting").into(),
        _ => state("done").into(),
    });
    let poll = format!("url = \"{}/runs/{{run_id}}\"\nnot_yet = [404]\n", engine.address());
    let (_folder, server) = serve(&engine.config_with("", "run_id = \"/id\"\n", &poll, ""));
    let run = server.run("Load").await;
    assert_eq!(run["State"], 2, "{run:#}");
    assert_eq!(engine.count("GET"), 12);
    let lines = messages(&run);
    for expected in [
        "no JSON",
        "has no state at \"/state\": the value is null",
        "500 Internal Server Error: xxx",
        "unknown state \"rebooting\"",
    ] {
        assert!(lines.iter().any(|text| text.contains(expected)), "{expected}: {lines:?}");
    }
    assert!(lines.iter().all(|text| text.chars().count() < 600), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_characters_and_long_texts_of_an_engine_are_data() {
    let long = "x".repeat(100_000);
    let engine = SimpleEngine::start_with(move |number, request| match (request.method.as_str(), number) {
        // With a byte order mark, as some services write.
        ("POST", _) => json_response(200, "\u{feff}{\"id\": 7}").into(),
        (_, 1) => state(&long).into(),
        (_, 2) => json_response(
            200,
            "{\"state\": \"running\", \"lines\": [\"a\\ud800b\", \"c\\u0000\\u001b[31md\"]}",
        )
        .into(),
        _ => {
            let body = json!({ "state": "failed", "reason": format!("{}{SECRET}{}", "y".repeat(1990), "z".repeat(5000)) });
            json_response(200, &body.to_string()).into()
        }
    });
    let server = engine.serve("", "[organization.job.http.log]\nmessage = [\"/lines/*\"]\n");
    let run = server.run("Load").await;
    assert_eq!(run["State"], 3, "{run:#}");
    let lines = messages(&run);
    assert!(lines.contains(&"a\u{fffd}b") && lines.contains(&"c\0\u{1b}[31md"), "{lines:?}");
    assert!(lines.iter().all(|line| line.chars().count() < 2100), "{lines:?}");
    let last = last_message(&run);
    assert!(last.contains("y***z") && !last.contains(&SECRET[..6]), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn id_that_cannot_be_read_exactly_is_refused() {
    for (id, is_followed) in [
        ("18446744073709551615", true),
        ("18446744073709551616", false),
        ("1e300", false),
        ("-9007199254740993", true),
    ] {
        let body = format!("{{\"id\": {id}}}");
        let engine = SimpleEngine::start_with(move |_, request| match request.method.as_str() {
            "POST" => json_response(200, &body).into(),
            _ => state("done").into(),
        });
        let server = engine.serve("", "");
        let run = server.run("Load").await;
        let last = last_message(&run);
        match is_followed {
            true => assert_eq!(engine.server.requests()[1].target, format!("/runs/{id}"), "{last}"),
            false => {
                assert!(last.contains("\"/id\" is a number that this gateway cannot read exactly"), "{last}");
                assert_eq!(engine.server.requests().len(), 1);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_address_of_a_state_is_refused() {
    let engine =
        SimpleEngine::start_with(|_, _| redirect(202, &format!("/runs/{}", "a".repeat(60_000))).into());
    let (_folder, server) = serve(&engine.config_with("", "", "url_from = \"location\"\n", ""));
    let run = server.run("Load").await;
    let last = last_message(&run);
    assert!(last.contains("the URL of its state has 60006 bytes, and the longest has 8192"), "{last}");
    assert!(messages(&run).iter().all(|line| line.len() < 1000));
    assert_eq!(engine.server.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn link_of_an_engine_has_no_password() {
    let engine = SimpleEngine::start_with(|_, request| match request.method.as_str() {
        "POST" => {
            json_response(200, "{\"id\": 7, \"page\": \"https://user:pass-word@engine.example/runs/7\"}")
                .into()
        }
        _ => state("done").into(),
    });
    let config = engine
        .config("", "")
        .replace("[organization.job.http.start]", "link = \"/page\"\n[organization.job.http.start]");
    let (_folder, server) = serve(&config);
    let run = server.run("Load").await;
    assert_eq!(run["ExternalLink"], "https://engine.example/runs/7", "{run:#}");
    assert!(!run.to_string().contains("pass-word"));
}
