//! Tests in a real browser that no response, link, or stored value stops the console.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{body::Body, http::Response};
use serde_json::{Value, json};
use thirtyfour::prelude::*;
use txjobs_test_support::{
    FakeRequest, FakeServer,
    browser::Browser,
    console::{connect, console_file},
    json_response,
};

const JOB: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const RUN: &str = "5f0c9a31-7b42-4d18-9e6a-0d3c8b1f2e57";
const KEY: &str = "s3cret-key-of-this-test";

/// Starts a server of the console. `respond` returns the responses of the API.
fn start(respond: impl Fn(&FakeRequest) -> Response<Body> + Send + Sync + 'static) -> FakeServer {
    FakeServer::start(move |_, request| match request.path() {
        "/config.json" => json_response(200, r#"{"name":"Test","domain":"."}"#),
        path if path.starts_with("/public/") => respond(request),
        path => console_file(path),
    })
}

/// Starts a server that lists these jobs, statuses, and executions.
fn start_with(jobs: Value, statuses: Value, executions: Value) -> FakeServer {
    start(move |request| {
        let body = match request.path() {
            "/public/jobs" => &jobs,
            "/public/jobs/status" => &statuses,
            _ => &executions,
        };
        json_response(200, &body.to_string())
    })
}

fn execution(created: &Value, end: &Value, state: &Value, lines: &Value) -> Value {
    json!({
        "Id": "7a1c9a31-7b42-4d18-9e6a-0d3c8b1f2e57", "JobId": JOB, "TriggerId": RUN, "State": state,
        "CreateTime": created, "EndTime": end, "JobExecutionLogs": lines,
    })
}

fn line(time: &Value, severity: &Value, message: &str) -> Value {
    json!({
        "Id": "00000000-0000-0000-0000-000000000001", "Message": message, "Severity": severity, "TimeStamp": time,
    })
}

async fn open(server: &FakeServer) -> Browser {
    let browser = Browser::start().await;
    browser.page.goto(server.address()).await.unwrap();
    connect(&browser, KEY).await;
    browser
}

/// Asserts that the program still runs: it renders another screen, and shows no error screen.
async fn check_alive(browser: &Browser, what: &str) {
    browser.execute::<()>("location.hash = '#/settings'").await;
    let is_alive = "for (;;) {
        if (!document.getElementById('failed').hidden) return document.getElementById('failed').innerText;
        if (document.querySelector('.settings')) return '';
        await new Promise((done) => requestAnimationFrame(done));
    }";
    let failure: String = browser.execute(is_alive).await;
    assert_eq!(failure, "", "{what}");
}

/// Opens every screen, and waits until it is rendered.
async fn check_all_screens(browser: &Browser, what: &str) {
    for screen in [
        "#/".to_owned(),
        "#/?sort=-duration&last=failed".to_owned(),
        format!("#/jobs/{JOB}"),
        format!("#/jobs/{JOB}?compare={RUN},{RUN}"),
        format!("#/jobs/{JOB}/runs/{RUN}"),
        "#/timeline".to_owned(),
        "#/timeline?span=7d&end=2026-03-15T00:00:00Z".to_owned(),
        "#/runs".to_owned(),
        "#/api".to_owned(),
    ] {
        // Wait for some frames, so that the requests of the screen are answered and shown.
        let go = format!(
            "location.hash = '{screen}';
            for (let frame = 0; frame < 30; frame++) await new Promise((done) => requestAnimationFrame(done));"
        );
        browser.execute::<()>(&go).await;
        check_alive(browser, &format!("{what}: {screen}")).await;
    }
}

#[tokio::test]
async fn repeated_ids_do_not_stop_the_console() {
    let job = json!({ "Id": JOB, "Name": "Load" });
    let status = json!({ "JobId": JOB, "Status": 2 });
    let at = json!("2026-03-14T02:00:00Z");
    let lines = Value::Array(vec![line(&at, &json!(2), "Failed"); 3]);
    let run = execution(&at, &json!("2026-03-14T02:10:00Z"), &json!(3), &lines);
    let server = start_with(json!([job, job, job]), json!([status, status]), json!([run, run, run]));
    let browser = open(&server).await;
    browser.wait_for_text("a", "Load").await;
    check_all_screens(&browser, "repeated ids").await;
}

#[tokio::test]
async fn extreme_values_do_not_stop_the_console() {
    let zalgo = format!("Z{}", "\u{301}".repeat(5_000));
    let names =
        ["", " ", "\u{202e}\u{0}\u{1b}[2J", &zalgo, &"long ".repeat(200_000), "<script>alert(1)</script>"];
    let jobs: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| json!({ "Id": format!("9{at}{}", &JOB[2..]), "Name": name }))
        .chain([json!({ "Id": JOB, "Name": "Load" })])
        .collect();
    let numbers =
        [json!(i64::MIN), json!(i64::MAX), json!(1e300), json!("3"), json!(null), json!(-1), json!(2.5)];
    let times = [
        json!("0001-01-01T00:00:00"),
        json!("9999-12-31T23:59:59.9999999Z"),
        json!("-271821-04-20T00:00:00Z"),
        json!("+275760-09-13T00:00:00Z"),
        json!("2026-03-14T02:00:00+99:99"),
        json!(""),
        json!(null),
    ];
    let mut executions = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        for (other, time) in times.iter().enumerate() {
            let lines = json!([line(time, number, "x")]);
            let mut run = execution(time, &times[(at + other) % times.len()], number, &lines);
            if !executions.is_empty() {
                for id in ["Id", "TriggerId"] {
                    run[id] = json!(format!("00000000-0000-0000-0000-0000000000{at}{other}"));
                }
            }
            executions.push(run);
        }
    }
    let statuses: Vec<_> = numbers
        .iter()
        .enumerate()
        .map(|(at, number)| json!({ "JobId": format!("9{at}{}", &JOB[2..]), "Status": number }))
        .collect();
    let server = start_with(json!(jobs), json!(statuses), json!(executions));
    let browser = open(&server).await;
    browser.wait_for_text("a", "Load").await;
    check_all_screens(&browser, "extreme values").await;
}

#[tokio::test]
async fn wrong_types_and_deep_values_do_not_stop_the_console() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let deep_objects = format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    let deep_run = format!(r#"[{{"Id":{deep}}}]"#);
    for (at, body) in ["{}", "7", "[null]", "[{}]", &deep, &deep_objects, &deep_run]
        .into_iter()
        .map(str::to_owned)
        .enumerate()
    {
        let server = start(move |request| match request.path() {
            "/public/jobs" => json_response(200, &json!([{ "Id": JOB, "Name": "Load" }]).to_string()),
            _ => json_response(200, &body),
        });
        let browser = open(&server).await;
        browser.wait_for_text("h1", "Jobs").await;
        check_all_screens(&browser, &format!("body {at}")).await;
    }
}

#[tokio::test]
async fn endless_list_is_cut_off_with_an_error() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let server = start(move |request| match request.path() {
        "/public/jobs" => {
            let counted = Arc::clone(&counted);
            let part = format!("{{\"Id\":\"{JOB}\",\"Name\":\"{}\"}},", "x".repeat(100_000));
            let parts = std::iter::once("[".to_owned()).chain(std::iter::repeat_with(move || {
                counted.fetch_add(part.len(), Ordering::Relaxed);
                part.clone()
            }));
            let body = Body::from_stream(futures::stream::iter(parts.map(Ok::<_, Infallible>)));
            Response::builder().header("content-type", "application/json").body(body).unwrap()
        }
        _ => json_response(200, "[]"),
    });
    let browser = open(&server).await;
    let words = "The response is larger than 64 MB.";
    browser.wait_for_text("*[@data-error='invalid_body']", words).await;
    assert!(sent.load(Ordering::Relaxed) < 100_000_000);
    browser.check_accessibility("endless list").await;
}

#[tokio::test]
async fn hostile_links_open_a_screen() {
    let server = start_with(
        json!([{ "Id": JOB, "Name": "Load" }]),
        json!([{ "JobId": JOB, "Status": 0 }]),
        json!([execution(
            &json!("2026-03-14T02:00:00Z"),
            &json!("2026-03-14T02:10:00Z"),
            &json!(3),
            &json!([line(&json!("2026-03-14T02:00:00Z"), &json!(2), "Failed")])
        )]),
    );
    let browser = open(&server).await;
    browser.wait_for_text("a", "Load").await;
    let run = format!("#/jobs/{JOB}/runs/{RUN}");
    for link in [
        "#connect=https://evil.example&key=stolen".to_owned(),
        "#/?domain=https://evil.example".to_owned(),
        "#/?name=%".to_owned(),
        "#/?name=%00%1b%e2%80%ae%ff%fe".to_owned(),
        format!("#/?name={}", "a".repeat(100_000)),
        format!("#/?selected={}", format!("{JOB},").repeat(20_000)),
        "#/?sort=-__proto__&status=constructor&last=%22%3E%3Cscript%3E".to_owned(),
        format!("#{}", "/jobs".repeat(10_000)),
        format!("#/jobs/{JOB}?compare={}", format!("{RUN},").repeat(10_000)),
        format!("{run}?line=0"),
        format!("{run}?line=1-18446744073709551615"),
        format!("{run}?line=99999999999999999999"),
        format!("{run}?line=4294967295-4294967296"),
        "#/timeline?span=7d&end=9999-12-31T23:59:59Z".to_owned(),
        "#/timeline?span=7d&end=0001-01-01T00:00:00Z".to_owned(),
        "#/timeline?span=1e9d&end=%ff".to_owned(),
        "#/runs?state=__proto__&time=-1".to_owned(),
        "#javascript:alert(1)".to_owned(),
    ] {
        let go = format!(
            "location.hash = {};
            for (let frame = 0; frame < 20; frame++) await new Promise((done) => requestAnimationFrame(done));
            return document.querySelectorAll('main:not([hidden]) h1').length",
            json!(link)
        );
        let headings: usize = browser.execute(&go).await;
        let short: String = link.chars().take(100).collect();
        assert_eq!(headings, 1, "{short}");
        check_alive(&browser, &short).await;
    }
    // No link starts anything, or leads to another server.
    for request in server.requests() {
        assert_eq!(request.method, "GET");
    }
    for url in browser.request_urls().await {
        assert!(url.starts_with(server.address()), "{url}");
    }
}

#[tokio::test]
async fn changed_storage_does_not_stop_the_console() {
    let server =
        start_with(json!([{ "Id": JOB, "Name": "Load" }]), json!([{ "JobId": JOB, "Status": 0 }]), json!([]));
    let browser = open(&server).await;
    browser.wait_for_text("a", "Load").await;
    let keys: Vec<String> = browser.execute("return Object.keys(localStorage)").await;
    assert!(keys.iter().any(|key| key.starts_with("txjobs.visits")), "{keys:?}");
    for value in
        ["'{'", "'\u{0}\u{202e}'", "'9'.repeat(400)", "'-1'", "'NaN'", "'\\n'.repeat(1000)", "'../../x'"]
    {
        browser.page.goto(format!("{}/config.json", server.address())).await.unwrap();
        let names =
            "'theme language utc notifications wrap idle-lock profile profiles vault-size'.split(' ')";
        let tamper = format!(
            "for (const key of [...Object.keys(localStorage), ...{names}.map((name) => 'txjobs.' + name)])
                localStorage.setItem(key, {value})"
        );
        browser.execute::<()>(&tamper).await;
        browser.page.goto(server.address()).await.unwrap();
        connect(&browser, KEY).await;
        browser.wait_for_text("a", "Load").await;
        check_all_screens(&browser, value).await;
    }
}

#[tokio::test]
async fn many_stored_profiles_are_bounded() {
    let server = start_with(json!([]), json!([]), json!([]));
    let browser = Browser::start().await;
    browser.page.goto(format!("{}/config.json", server.address())).await.unwrap();
    let store = "let text = '';
        for (let n = 0; n < 50000; n++) text += `s${n}.example\\napiKey\\nServer ${n}\\nblue\\n\\n`;
        localStorage.setItem('txjobs.profiles', text)";
    browser.execute::<()>(store).await;
    browser.page.goto(server.address()).await.unwrap();
    browser.field("API key").await;
    let buttons = browser.page.find_all(By::Css("[aria-label=Profile] button")).await.unwrap();
    // The server of config.json, and the button for another one, are added.
    assert!(buttons.len() <= 202, "{}", buttons.len());
}

#[tokio::test]
async fn foreign_database_does_not_stop_the_console() {
    let server = start_with(json!([{ "Id": JOB, "Name": "Load" }]), json!([]), json!([]));
    let browser = Browser::start().await;
    browser.page.goto(format!("{}/config.json", server.address())).await.unwrap();
    // A database of the same name without the store of the console.
    let create = "localStorage.setItem('txjobs.vault-size', '3');
        await new Promise((done) => {
            const opening = indexedDB.open('txjobs', 1);
            opening.onsuccess = () => { opening.result.close(); done() };
        })";
    browser.execute::<()>(create).await;
    browser.page.goto(server.address()).await.unwrap();
    connect(&browser, KEY).await;
    browser.wait_for_text("a", "Load").await;
    check_alive(&browser, "foreign database").await;
}
