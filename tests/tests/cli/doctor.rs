//! Tests of `txjobs doctor`, with an emulator and with servers that misbehave.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Response},
};
use expect_test::{Expect, expect};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use txjobs_test_support::{
    CommandOutput, FakeRequest, FakeResponse, FakeServer, RawServer, TestServer,
    cli::{ANY_KEY, run_txjobs, txjobs_command_for},
    closed_address, json_response,
};

use super::JOBS;

const JOB_ID: &str = "3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35";
const JOB_NAME: &str = "Nightly warehouse load";
const ORIGIN: &str = "https://console.example.com";

/// Returns the response of a server like the vendor's, with one job.
fn usual_response(request: &FakeRequest) -> Response<Body> {
    if request.headers.get("apikey").is_none_or(|key| key != ANY_KEY) {
        return json_response(401, r#"{"Message":"Unknown API key."}"#);
    }
    let path = request.path();
    let is_known = path.contains(JOB_ID);
    let status = json!({ "JobId": JOB_ID, "Status": 0, "Message": "Idle" });
    let execution = json!({
        "Id": JOB_ID, "JobId": JOB_ID, "State": 2, "CreateTime": "2026-03-14T02:00:02.117Z",
        "EndTime": "2026-03-14T02:00:03Z", "TriggerId": JOB_ID, "JobExecutionLogs": [{
            "Id": JOB_ID, "JobExecutionId": JOB_ID, "TimeStamp": "2026-03-14T02:00:02.5Z", "Severity": 0,
            "Message": "Reading secret customers",
        }],
    });
    let body = match path.rsplit('/').next().unwrap_or_default() {
        "jobs" if path == "/public/jobs" => json!([{ "Id": JOB_ID, "Name": JOB_NAME }]),
        "status" if path == "/public/jobs/status" => json!([status]),
        "status" if is_known => status,
        "logs" if is_known => json!([execution]),
        _ if is_known => json!([]),
        _ => return json_response(404, r#"{"Message":"Unknown job."}"#),
    };
    json_response(200, &body.to_string())
}

/// Starts a server like the vendor's, whose responses `change` may change.
fn start_server(
    change: impl Fn(&FakeRequest, Response<Body>) -> Response<Body> + Send + Sync + 'static,
) -> FakeServer {
    FakeServer::start(move |_, request| change(request, usual_response(request)))
}

fn command(address: &str, arguments: &[&str]) -> Command {
    let mut command = txjobs_command_for(address, &[&["doctor"], arguments].concat());
    for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(variable).env_remove(variable.to_uppercase());
    }
    command
}

fn doctor(address: &str, arguments: &[&str]) -> CommandOutput {
    CommandOutput::of(&mut command(address, arguments))
}

/// The JSON document of a diagnosis.
struct Document(Value);

impl Document {
    fn of(output: &CommandOutput) -> Self {
        let document: Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(document["ExitCode"], output.code, "{output:?}");
        Self(document)
    }

    fn findings(&self) -> impl Iterator<Item = &Value> {
        self.0["Findings"].as_array().unwrap().iter()
    }

    fn finding(&self, id: &str) -> &Value {
        let finding = self.findings().find(|finding| finding["Id"] == id);
        finding.unwrap_or_else(|| panic!("there is no finding {id}: {:#}", self.0))
    }

    /// Returns the ids of the findings that did not pass, with their results.
    fn problems(&self) -> Vec<String> {
        let findings = self.findings().filter(|finding| finding["Result"] != "pass");
        findings.map(|f| format!("{} {}", f["Result"].as_str().unwrap(), f["Id"].as_str().unwrap())).collect()
    }
}

/// Runs the doctor with `--json` and an origin, and returns its exit code and document.
fn diagnose(address: &str) -> (i32, Document) {
    let output = doctor(address, &["--json", "--origin", ORIGIN]);
    (output.code, Document::of(&output))
}

/// Runs the doctor without an origin, and returns its exit code and the findings that did not pass.
fn problems(address: &str, arguments: &[&str]) -> (i32, Vec<String>) {
    let output = doctor(address, &[&["--json"], arguments].concat());
    let problems = Document::of(&output).problems();
    (output.code, problems.into_iter().filter(|problem| problem != "skip cors.preflight").collect())
}

/// Compares the text, without what differs from run to run.
fn expect_text(output: &CommandOutput, address: &str, expected: &Expect) {
    let mut text = String::new();
    for line in output.stdout.replace(address, "SERVER").lines() {
        let line = line.split_once(", the slowest in ").map_or(line, |(start, _)| start);
        let line = line.split_once(" log lines, ").map_or(line, |(start, _)| start);
        text += &format!("{line}\n");
    }
    expected.assert_eq(&text);
}

#[test]
fn ordinary_server_passes_all_checks() {
    let server = TestServer::emulator(JOBS);
    // The job that the doctor examines.
    assert_eq!(run_txjobs(&server, &["run", "Sales deliver"]).code, 0);
    let mut command = command(server.address(), &["--origin", ORIGIN]);
    let output = CommandOutput::of(command.env("TXJOBS_API_KEY", server.key()));
    assert_eq!(output.code, 0, "{output:?}");
    expect_text(
        &output,
        server.address(),
        &expect![[r#"
        Connection
          ✔ pass The domain is valid: SERVER/
          ✔ pass No proxy is used.
          ✔ pass The server is given as an address, so that no name is looked up.
          ✔ pass The server accepts connections.
          ✔ pass Plain http to this machine, which no network transports.
          ✔ pass The server answers with HTTP/1.1.
        API key
          ✔ pass The API key is from the environment variable TXJOBS_API_KEY.
          ✔ pass A request without a key is refused (401).
          ✔ pass The server accepts the key in the header apiKey.
        Responses
          ✔ pass list_jobs: 5 jobs
          ✔ pass list_job_statuses: 5 statuses
          ✔ pass get_job_status: idle
          ✔ pass get_job_logs: 1 execution, 1 log line
          ✔ pass get_job_logs_by_trigger: An unknown trigger id is answered with an empty list.
          ✔ pass The status of an unknown job is answered with 404.
        Format
          ✔ pass Names of fields: PascalCase, as in the vendor's article.
          ✔ pass Ids: hyphens, lower case.
          ✔ pass Numbers: integer.
          ✔ pass All numbers of statuses, states, and severities are known.
          ✔ pass Times: UTC.
          ✔ pass Fields: as in the vendor's article.
          ✔ pass txjobs had to repair nothing.
        Transfer
          ✔ pass The server compresses responses.
          ✔ pass No redirects.
          ✔ pass 12 responses
          ✔ pass The examined job has a history of 1 execution, 1 log line, 452 bytes.
        Clock
          ✔ pass The clocks of the server and of this machine agree within a minute.
        Rate limits
          ✔ pass The server announces no rate limit.
        Browsers (CORS)
          ✔ pass A page of the origin may send GET requests with the key.
          ✔ pass A page of the origin may send POST requests with the key.
          ✔ pass A page of the origin may read responses.
        Extensions
          ✔ pass The server announces extensions: cancel (txjobs cancel ends a run), after (a log that grows is read in parts), limit (a part of the history can be read), logs (the history can be read without log lines), executions (a run without a trigger id can be followed).

        32 passed, 0 warnings, 0 failed, 0 skipped.
        "#]],
    );
}

#[test]
fn server_like_the_vendors_passes_and_receives_only_get_and_options() {
    let server = start_server(|_, response| response);
    assert_eq!(problems(server.address(), &[]), (0, Vec::new()));
    let (code, document) = diagnose(server.address());
    assert_eq!(code, 7);
    assert_eq!(
        document.problems(),
        ["fail cors.preflight_get", "fail cors.preflight_post", "fail cors.get"],
        "the server does not allow other origins"
    );
    for request in server.requests() {
        let is_preflight = request.headers.contains_key("access-control-request-method");
        assert_eq!(request.method, if is_preflight { "OPTIONS" } else { "GET" }, "{request:?}");
        assert!(!is_preflight || !request.headers.contains_key("apikey"), "{request:?}");
        assert!(!request.target.contains(ANY_KEY), "{request:?}");
    }
}

#[test]
fn refused_key_exits_with_4_and_sends_nothing_else() {
    let server = start_server(|_, _| json_response(403, r#"{"Message":"Expired"}"#));
    let output = doctor(server.address(), &[]);
    assert_eq!(output.code, 4, "{output:?}");
    expect_text(
        &output,
        server.address(),
        &expect![[r#"
        Connection
          ✔ pass The domain is valid: SERVER/
          ✔ pass No proxy is used.
          ✔ pass The server is given as an address, so that no name is looked up.
          ✔ pass The server accepts connections.
          ✔ pass Plain http to this machine, which no network transports.
          ✔ pass The server answers with HTTP/1.1.
        API key
          ✔ pass The API key is from the environment variable TXJOBS_API_KEY.
          ✔ pass A request without a key is refused (403).
          ✖ fail The server refuses the key (403).
                 ServerMessage: Expired
                 → Check that the key is complete, is not expired, and belongs to this organization.
        Responses
          ● skip The operations were not requested, because the server refuses the key.
        Transfer
          ✔ pass No redirects.
          ✔ pass 7 responses
        Clock
          ✔ pass The clocks of the server and of this machine agree within a minute.
        Rate limits
          ✔ pass The server announces no rate limit.
        Browsers (CORS)
          ● skip Not checked, because the origin of the console is unknown. Use --origin https://console.example.com

        12 passed, 0 warnings, 1 failed, 2 skipped.
    "#]],
    );
    assert!(server.requests().iter().all(|request| request.path() == "/public/jobs"));
}

#[test]
fn key_in_another_header_is_found_and_recommended() {
    let server = start_server(|request, _| {
        let mut request = request.clone();
        match request.headers.remove("x-api-key") {
            Some(key) => drop(request.headers.insert("apikey", key)),
            None => drop(request.headers.remove("apikey")),
        }
        usual_response(&request)
    });
    let (code, problems) = problems(server.address(), &[]);
    assert_eq!((code, problems.as_slice()), (4, ["fail key.accepted".to_owned()].as_slice()));
    let (_, document) = diagnose(server.address());
    assert_eq!(document.0["Recommendations"]["KeyHeader"], "x-api-key");
    let text = doctor(server.address(), &[]).stdout;
    assert!(text.contains("Use --key-header x-api-key"), "{text}");
    assert!(text.contains("txjobs profile set NAME key_header=x-api-key"), "{text}");
    assert_eq!(self::problems(server.address(), &["--key-header", "x-api-key"]), (0, Vec::new()));
}

#[test]
fn server_that_ignores_the_key_has_a_warning() {
    let server = FakeServer::start(|_, request| {
        let mut request = request.clone();
        request.headers.insert("apikey", HeaderValue::from_static(ANY_KEY));
        usual_response(&request)
    });
    assert_eq!(problems(server.address(), &[]), (0, vec!["warn key.required".to_owned()]));
}

#[test]
fn missing_key_is_a_finding_and_the_connection_is_checked() {
    let server = start_server(|_, response| response);
    let output = CommandOutput::of(command(server.address(), &["--json"]).env_remove("TXJOBS_API_KEY"));
    let document = Document::of(&output);
    assert_eq!(document.problems(), ["fail key.present", "skip cors.preflight"]);
    assert_eq!(document.finding("connection.http")["Result"], "pass");
    assert_eq!(output.code, 7);
}

#[test]
fn invalid_settings_are_findings() {
    assert_eq!(problems("https://me:pa55@x", &[]), (7, vec!["fail connection.domain".to_owned()]));
    assert_eq!(problems("ftp://x", &[]).0, 7);
    let server = start_server(|_, response| response);
    let invalid_header = problems(server.address(), &["--key-header", "a b"]);
    assert_eq!(invalid_header, (7, vec!["fail key.header".to_owned()]));
    let output = doctor("https://me:pa55@x", &[]);
    assert!(!format!("{output:?}").contains("pa55"), "{output:?}");
}

#[test]
fn domain_with_the_path_of_the_api_is_explained() {
    let server = start_server(|_, response| response);
    let (code, document) = diagnose(&format!("{}/public/jobs", server.address()));
    assert_eq!(code, 7);
    assert_eq!(document.finding("connection.domain")["Result"], "warn");
    assert_eq!(document.0["Recommendations"]["Domain"], server.address());
}

#[test]
fn closed_port_is_named() {
    let address = format!("http://{}", closed_address());
    assert_eq!(problems(&address, &[]), (7, vec!["fail connection.tcp".to_owned()]));
    let text = doctor(&address, &[]).stdout;
    assert!(text.contains("The server refuses connections at this port."), "{text}");
}

#[test]
fn unknown_host_is_named() {
    let (code, problems) = problems("https://no-such-host.invalid", &["--timeout", "5s"]);
    assert_eq!((code, problems), (7, vec!["fail connection.dns".to_owned()]));
}

#[test]
fn https_to_a_plain_http_server_is_explained() {
    let server = start_server(|_, response| response);
    let address = server.address().replace("http://", "https://");
    assert_eq!(problems(&address, &[]), (7, vec!["fail connection.encryption".to_owned()]));
}

#[test]
fn proxy_is_named_without_its_password() {
    let closed = closed_address();
    let mut command = command("http://api.example.test", &["--json"]);
    command.env("HTTP_PROXY", format!("http://me:pa55word@{closed}"));
    let output = CommandOutput::of(&mut command);
    let document = Document::of(&output);
    assert_eq!(document.finding("connection.proxy")["Details"]["Proxy"], closed.to_string());
    assert_eq!(document.finding("connection.tcp")["Message"], "The proxy refuses connections at this port.");
    assert!(!format!("{output:?}").contains("pa55word"), "{output:?}");
}

#[test]
fn server_that_never_responds_ends_in_bounded_time() {
    let server = FakeServer::start(|_, _| FakeResponse::Hold);
    let start = Instant::now();
    assert_eq!(
        problems(server.address(), &["--timeout", "1s"]),
        (7, vec!["fail connection.http".to_owned()])
    );
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn server_that_stops_responding_receives_no_further_requests() {
    let server = FakeServer::start(|number, request| match number {
        0..3 => FakeResponse::Send(usual_response(request)),
        _ => FakeResponse::Hold,
    });
    let start = Instant::now();
    let (code, problems) = problems(server.address(), &["--timeout", "1s", "--origin", ORIGIN]);
    assert_eq!(code, 7);
    assert!(problems.contains(&"skip responses.stopped".to_owned()), "{problems:?}");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn dripping_response_ends_in_bounded_time() {
    let server = start_server(|_, _| {
        let drip = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b"[")), ()))
        });
        Response::new(Body::from_stream(drip))
    });
    let start = Instant::now();
    let (code, problems) = problems(server.address(), &["--timeout", "1s", "--origin", ORIGIN]);
    assert_eq!(code, 7, "{problems:?}");
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn endless_response_is_read_in_part() {
    let server = start_server(|request, response| {
        if response.status() != 200 || request.path() != "/public/jobs" {
            return response;
        }
        let element = format!(r#"{{"Id":"{JOB_ID}","Name":"x"}},"#);
        let chunk = Bytes::from(element.repeat(10_000));
        Response::new(Body::from_stream(stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()))))
    });
    let (code, problems) = problems(server.address(), &[]);
    assert!(problems.contains(&"warn responses.list_jobs".to_owned()), "{problems:?}");
    assert_eq!(code, 0, "{problems:?}");
}

#[test]
fn garbage_is_no_http_response() {
    for garbage in [b"\x00\xff\x1b[2J".repeat(1000), b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(), Vec::new()] {
        let server = RawServer::start(move |_| garbage.clone());
        let output = doctor(server.address(), &["--timeout", "2s"]);
        assert_eq!(output.code, 7, "{output:?}");
        assert!(output.stdout.contains("sends no complete HTTP response"), "{output:?}");
        assert!(!output.stdout.contains('\u{1b}'), "{output:?}");
    }
}

#[test]
fn sign_in_page_of_a_network_is_explained() {
    let page = "<!doctype html><title>Sign in to the airport</title><p>\u{1b}[2Jname";
    let server = start_server(move |_, _| {
        Response::builder().header("content-type", "text/html").body(Body::from(page)).unwrap()
    });
    let output = doctor(server.address(), &[]);
    assert_eq!(output.code, 7, "{output:?}");
    expect_text(
        &output,
        server.address(),
        &expect![[r#"
            Connection
              ✔ pass The domain is valid: SERVER/
              ✔ pass No proxy is used.
              ✔ pass The server is given as an address, so that no name is looked up.
              ✔ pass The server accepts connections.
              ✔ pass Plain http to this machine, which no network transports.
              ✔ pass The server answers with HTTP/1.1.
            API key
              ✔ pass The API key is from the environment variable TXJOBS_API_KEY.
              ▲ warn The server answers a request without a key.
                     → If the jobs should not be public, tell the server's administrator. Or this is not the Jobs API.
              ● skip Whether the key is accepted is unknown: the response is not a list of jobs (200).
            Responses
              ✖ fail list_jobs: The server sends a web page instead of JSON.
                     ServerMessage: Sign in to the airport: [2Jname
                     → Check the domain and the path prefix. If both are correct, your network may require to sign in with a browser first.
              ● skip The other operations were not requested, because there is no list of jobs.
            Transfer
              ✔ pass No redirects.
              ✔ pass 2 responses
            Clock
              ✔ pass The clocks of the server and of this machine agree within a minute.
            Rate limits
              ✔ pass The server announces no rate limit.
            Browsers (CORS)
              ● skip Not checked, because the origin of the console is unknown. Use --origin https://console.example.com
            Extensions
              ✔ pass The server announces no extensions, like the vendor's service. txjobs cancel is not available.

            12 passed, 1 warning, 1 failed, 3 skipped.
        "#]],
    );
}

#[test]
fn other_web_server_is_not_taken_for_the_api() {
    let server = start_server(|_, _| Response::builder().status(404).body(Body::from("nothing")).unwrap());
    let (code, problems) = problems(server.address(), &[]);
    assert_eq!(code, 7);
    let expected =
        ["warn key.required", "skip key.accepted", "fail responses.list_jobs", "skip responses.operations"];
    assert_eq!(problems, expected);
}

#[test]
fn json_of_another_shape_is_named() {
    let server = start_server(|_, response| match response.status().as_u16() {
        200 => json_response(200, r#"{"value":[],"@odata.context":"x"}"#),
        _ => response,
    });
    let output = doctor(server.address(), &[]);
    assert_eq!(output.code, 7);
    assert!(
        output.stdout.contains("The JSON is not an array as in the Jobs API, but: object."),
        "{output:?}"
    );
}

#[test]
fn redirect_to_another_origin_does_not_receive_the_key() {
    let other = start_server(|_, response| response);
    let location = format!("{}/public/jobs", other.address());
    let server = start_server(move |_, _| {
        Response::builder().status(307).header("location", &location).body(Body::empty()).unwrap()
    });
    let (code, problems) = problems(server.address(), &["--origin", ORIGIN]);
    assert_eq!(code, 7);
    assert!(problems.contains(&"fail transfer.redirects".to_owned()), "{problems:?}");
    assert_eq!(other.requests().len(), 0);
}

#[test]
fn redirect_within_the_origin_is_a_warning() {
    let server = start_server(|request, response| {
        if request.path() != "/public/jobs" || request.target.contains('?') {
            return response;
        }
        Response::builder().status(302).header("location", "/public/jobs?moved").body(Body::empty()).unwrap()
    });
    assert_eq!(problems(server.address(), &[]), (0, vec!["warn transfer.redirects".to_owned()]));
    let endless = start_server(|_, _| {
        Response::builder().status(302).header("location", "/again").body(Body::empty()).unwrap()
    });
    assert_eq!(problems(endless.address(), &[]).0, 7);
    assert!(endless.requests().len() < 30, "{}", endless.requests().len());
}

/// Runs the doctor with an emulator that has this behavior, after a run of a job. Returns the exit code, the findings that did not
/// pass, and the document.
async fn diagnose_behavior(behavior: Value) -> (i32, Vec<String>, Document) {
    let server = TestServer::emulator(JOBS);
    for job in ["Errors", "Sales deliver"] {
        assert!(run_txjobs(&server, &["run", job]).code < 4);
    }
    server.admin().set_behavior(behavior).await;
    server.admin().clear_journal().await;
    let output = run_txjobs(&server, &["doctor", "--json", "--origin", ORIGIN]);
    let requests = server.admin().journal("").await;
    assert!(
        requests.iter().all(|request| ["GET", "OPTIONS"].contains(&request.method.as_str())),
        "{requests:?}"
    );
    let document = Document::of(&output);
    (output.code, document.problems(), document)
}

#[tokio::test]
async fn unusual_format_is_a_warning() {
    let cases = [
        (json!({ "casing": "camel" }), "format.names", "camelCase"),
        (json!({ "times": "noZone" }), "format.times", "no zone"),
        (json!({ "times": "empty" }), "format.times", "null or empty"),
        (json!({ "times": "missing" }), "format.fields", "omits"),
        (json!({ "idFormat": "braces" }), "format.ids", "braces"),
        (json!({ "numberFormat": "name" }), "format.numbers", "text"),
        (json!({ "numbers": "unknown" }), "format.unknown_numbers", "Unknown numbers"),
        (json!({ "badText": "unpairedSurrogates" }), "format.repairs", "invalid characters"),
    ];
    for (behavior, id, text) in cases {
        let (code, problems, document) = diagnose_behavior(behavior.clone()).await;
        assert_eq!(code, 0, "{behavior}: {problems:?}");
        let finding = document.finding(id);
        assert_eq!(finding["Result"], "warn", "{behavior}: {finding}");
        assert!(finding["Message"].as_str().unwrap().contains(text), "{behavior}: {finding}");
        assert!(problems.iter().all(|problem| problem.contains("format.")), "{behavior}: {problems:?}");
    }
}

#[test]
fn list_that_is_null_is_a_warning() {
    let server = start_server(|request, response| match request.path() {
        path if path.ends_with("/logs") && response.status() == 200 => {
            json_response(200, &format!(r#"[{{"Id":"{JOB_ID}","State":2,"JobExecutionLogs":null}}]"#))
        }
        _ => response,
    });
    let output = doctor(server.address(), &[]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(output.stdout.contains("txjobs had to repair: null instead of an empty list."), "{output:?}");
}

#[test]
fn sign_in_page_only_without_the_key_is_a_warning() {
    let server = start_server(|request, response| {
        if request.headers.contains_key("apikey") {
            return response;
        }
        let location = "https://login.example.com/";
        Response::builder().status(302).header("location", location).body(Body::empty()).unwrap()
    });
    assert_eq!(problems(server.address(), &[]), (0, vec!["warn key.required".to_owned()]));
}

#[tokio::test]
async fn tolerated_differences_pass() {
    let behaviors = [
        json!({ "extensions": false }),
        json!({ "fields": "more" }),
        json!({ "unknownTrigger": "notFound", "unknownJob": 400, "invalidKey": 403 }),
        json!({ "times": "offset", "fractionDigits": 9 }),
        json!({ "order": "shuffled", "errors": "html" }),
    ];
    for behavior in behaviors {
        let (code, problems, _) = diagnose_behavior(behavior.clone()).await;
        assert_eq!((code, problems), (0, Vec::new()), "{behavior}");
    }
}

#[tokio::test]
async fn clock_that_differs_by_an_hour_is_a_warning() {
    for (skew, direction) in [("1h", "ahead of"), ("-1h", "behind")] {
        let (code, problems, document) = diagnose_behavior(json!({ "clockSkew": skew })).await;
        assert_eq!((code, problems), (0, vec!["warn clock.difference".to_owned()]));
        let finding = document.finding("clock.difference");
        let message = finding["Message"].as_str().unwrap();
        assert!(message.contains(direction), "{finding}");
        let seconds = finding["Details"]["Seconds"].as_f64().unwrap().abs();
        assert!((seconds - 3600.0).abs() < 5.0, "{finding}");
    }
}

#[tokio::test]
async fn missing_cors_is_a_failure_for_the_origin() {
    let (code, problems, _) = diagnose_behavior(json!({ "cors": false })).await;
    assert_eq!(code, 7);
    assert_eq!(problems, ["fail cors.preflight_get", "fail cors.preflight_post", "fail cors.get"]);
}

#[test]
fn server_without_cors_needs_a_relay() {
    let server = start_server(|_, response| response);
    let output = doctor(server.address(), &["--origin", ORIGIN]);
    let expected = format!(
        "         → Ask the server's administrator to allow the origin and the header of the key.\n           \
         Or let a gateway relay to this server, and open the console at the address of the gateway. See \
         docs/guides/get-a-browser-past-cors.md. The lines of its gateway.toml:\n           \
         [relay]\n           \
         upstream = \"{}\"\n           \
         key_env = \"SERVICE_KEY\"\n",
        server.address()
    );
    assert_eq!(output.stdout.matches(&expected).count(), 1, "{}", output.stdout);
}

#[test]
fn relay_that_refuses_the_origin_names_the_setting() {
    let settings = json!({ "name": "Relay", "domain": "./", "relayFor": "https://api.example.com" });
    let server = start_server(move |request, response| match request.path() {
        "/config.json" => json_response(200, &settings.to_string()),
        _ => response,
    });
    let (code, document) = diagnose(server.address());
    assert_eq!(code, 7);
    let advice = document.finding("cors.preflight_get")["Advice"].as_str().unwrap();
    assert!(advice.contains("This server is a relay."), "{advice}");
    assert!(advice.ends_with("\norigins = [\"https://console.example.com\"]"), "{advice}");
    let requests = server.requests();
    let settings = requests.iter().find(|request| request.path() == "/config.json").unwrap();
    assert!(!settings.headers.contains_key("apikey"), "{settings:?}");
}

#[tokio::test]
async fn rate_limit_stops_the_requests() {
    let limit = json!({ "rateLimit": { "requests": 4, "per": "1h" } });
    let (code, problems, document) = diagnose_behavior(limit).await;
    assert_eq!(code, 7, "{problems:?}");
    assert_eq!(document.finding("limits.rate")["Result"], "fail");
    let stopped = document.finding("responses.stopped")["Message"].as_str().unwrap();
    assert!(stopped.contains("too many requests"), "{stopped}");
}

#[test]
fn server_that_refuses_even_the_first_request_as_too_many_fails() {
    let server = start_server(|_, _| json_response(429, "{}"));
    let (code, problems) = problems(server.address(), &[]);
    assert_eq!((code, server.requests().len()), (7, 1), "{problems:?}");
}

#[test]
fn slow_responses_end_with_the_time_for_all_requests() {
    let server = start_server(|_, response| {
        let slow = stream::once(async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            Ok::<_, std::io::Error>(Bytes::new())
        });
        let (parts, body) = response.into_parts();
        let body = slow.chain(body.into_data_stream().map(|chunk| chunk.map_err(std::io::Error::other)));
        Response::from_parts(parts, Body::from_stream(body))
    });
    let start = Instant::now();
    let (code, problems) = problems(server.address(), &["--timeout", "1s", "--origin", ORIGIN]);
    assert_eq!(code, 7, "{problems:?}");
    assert!(problems.contains(&"fail responses.stopped".to_owned()), "{problems:?}");
    assert!(start.elapsed() < Duration::from_secs(12), "{:?}", start.elapsed());
}

#[test]
fn control_characters_of_the_server_are_escaped() {
    let server = start_server(|request, response| {
        if request.path() != "/public/jobs" || response.status() != 200 {
            return response;
        }
        let job = json!([{ "Id": JOB_ID, "Name": "\u{1b}[2J", "\u{1b}[31m\u{202e}`|<b>\n": 1 }]);
        let mut response = json_response(200, &job.to_string());
        let value = HeaderValue::from_bytes("\u{9b}31m".as_bytes()).unwrap();
        response.headers_mut().insert("x-ratelimit-limit", value.clone());
        response.headers_mut().insert("content-type", value);
        response
    });
    for arguments in [&[][..], &["--json"], &["--report", "-"]] {
        let output = doctor(server.address(), arguments);
        assert_eq!(output.code, 0, "{output:?}");
        let is_unsafe = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!output.stdout.contains(is_unsafe), "{arguments:?}: {output:?}");
    }
}

#[test]
fn short_pause_that_the_server_requests_is_kept() {
    let server = FakeServer::start(|number, request| {
        if number != 2 {
            return usual_response(request);
        }
        let mut response = json_response(429, "{}");
        response.headers_mut().insert("retry-after", HeaderValue::from_static("1"));
        response
    });
    assert_eq!(problems(server.address(), &[]), (0, vec!["warn limits.rate".to_owned()]));
}

/// Starts a server that repeats the key wherever it can, and names and ids where they do not belong.
fn start_leaking_server(status: u16) -> FakeServer {
    let leak = format!("{ANY_KEY} {JOB_NAME} {JOB_ID}");
    start_server(move |request, response| {
        let is_list = request.path() == "/public/jobs" && response.status() == 200;
        let body = if is_list {
            json!([{ "Id": JOB_ID, "Name": JOB_NAME, ANY_KEY: 1, JOB_NAME: 2, JOB_ID: 3 }]).to_string()
        } else {
            json!({ "Message": leak, ANY_KEY: leak }).to_string()
        };
        let mut response = json_response(if is_list { 200 } else { status }, &body);
        let content_type = format!("application/json; key={ANY_KEY}");
        let headers = response.headers_mut();
        headers.insert("content-type", content_type.parse().unwrap());
        headers.insert("x-ratelimit-limit", leak.parse().unwrap());
        headers.insert("location", format!("https://elsewhere.example/{ANY_KEY}").parse().unwrap());
        response
    })
}

#[test]
fn key_that_the_server_repeats_is_masked_everywhere() {
    for status in [200, 302, 400, 401, 500] {
        let server = start_leaking_server(status);
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("report.md");
        let report = report.to_str().unwrap();
        for arguments in [&["--report", report][..], &["--json"], &["--report", "-", "--include-host"]] {
            let output = doctor(server.address(), &[arguments, &["--origin", ORIGIN]].concat());
            assert!(!format!("{output:?}").contains(ANY_KEY), "{status} {arguments:?}: {output:?}");
        }
        assert!(!fs::read_to_string(report).unwrap().contains(ANY_KEY), "{status}");
    }
}

#[test]
fn report_has_no_names_and_no_ids_and_no_host() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.md");
    for server in [start_server(|_, response| response), start_leaking_server(400)] {
        let output = doctor(server.address(), &["--report", file.to_str().unwrap(), "--origin", ORIGIN]);
        assert!(output.stderr.contains("The report is in"), "{output:?}");
        let report = fs::read_to_string(&file).unwrap();
        assert!(report.starts_with("# Report of txjobs doctor\n\nThis report contains"), "{report}");
        assert!(report.contains("`responses.list_jobs`"), "{report}");
        for secret in [JOB_NAME, JOB_ID, "127.0.0.1", "console.example.com", "customers", "elsewhere"] {
            assert!(!report.contains(secret), "{secret}: {report}");
        }
    }
    let by_name = start_server(|_, response| match response.status().as_u16() {
        200 => json_response(200, &json!({ JOB_NAME: { "Id": JOB_ID } }).to_string()),
        _ => response,
    });
    let report = doctor(by_name.address(), &["--report", "-"]).stdout;
    assert!(report.contains("`format.fields`") && !report.contains(JOB_NAME), "{report}");
    let server = start_server(|_, response| response);
    let with_host = doctor(server.address(), &["--report", "-", "--include-host"]).stdout;
    assert!(with_host.contains(server.address()), "{with_host}");
    assert!(!with_host.contains(JOB_NAME) && !with_host.contains(JOB_ID), "{with_host}");
}

#[test]
fn report_that_cannot_be_written_is_an_error() {
    let server = start_server(|_, response| response);
    let output = doctor(server.address(), &["--report", "/no/such/folder/report.md"]);
    assert_eq!(output.code, 7, "{output:?}");
    assert!(output.stderr.contains("The report cannot be written to"), "{output:?}");
    assert_eq!(doctor(server.address(), &["--report", "-", "--json"]).code, 2);
    assert_eq!(doctor(server.address(), &["--include-host"]).code, 2);
    assert_eq!(doctor(server.address(), &["--origin", "file:///x"]).code, 2);
}
