use std::path::Path;

use anyhow::Result;

use crate::config::{Config, GatewayJob, parse};

const START: &str = "[organization.job.http.start]\nurl = \"https://a.example/runs\"\nrun_id = \"/id\"\n";
const POLL: &str = "[organization.job.http.poll]\nurl = \"https://a.example/runs/{run_id}\"\nstate = [\"/state\"]\n\
                    completed = [\"done\"]\nfailed = [\"failed\"]\n";

fn load(job: &str) -> Result<Config> {
    let text = format!("[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\n{job}");
    parse::<GatewayJob>(&text, Path::new("/base"))
}

fn error(job: &str) -> String {
    format!("{:#}", load(job).unwrap_err())
}

#[test]
fn smallest_http_job_is_read() {
    let config = load(&format!("{START}{POLL}")).unwrap();
    assert_eq!(config.organizations[0].jobs[0].work.describe(), "http POST https://a.example/runs");
}

#[test]
fn job_without_or_with_both_kinds_is_refused() {
    assert!(error("").contains("it has nothing to run. Add a `command`, or a table `http`"));
    let both = error(&format!("command = [\"x\"]\n{START}{POLL}"));
    assert!(both.contains("it has a `command` and `http`. Remove one of them"), "{both}");
    let stray = error(&format!("directory = \"x\"\n{START}{POLL}"));
    assert!(stray.contains("`directory` is a setting of a `command`. Remove it"), "{stray}");
}

#[test]
fn mistakes_have_their_line_and_column_and_a_remedy() {
    let poll = |lines: &str| format!("{START}{POLL}{lines}");
    let table = |lines: &str| format!("{START}{POLL}[organization.job.http.{lines}");
    for (job, place, expected) in [
        (
            format!("{}{POLL}", START.replace("/runs", "/{run_id}")),
            "line 6, column 7",
            "`{run_id}` is unknown here",
        ),
        (format!("{}{POLL}", START.replace("run_id", "#")), "line 9, column 7", "`run_id` in `start`"),
        (format!("{}{POLL}", START.replace("https", "http")), "line 6, column 7", "without encryption"),
        (
            format!("{}{POLL}", START.replace("a.example", "169.254.169.254")),
            "line 6, column 7",
            "a metadata, link-local",
        ),
        (format!("{}{POLL}", START.replace("\"/id\"", "\"id\"")), "line 7, column 10", "not a JSON Pointer"),
        (
            format!("{START}{}", POLL.replace("a.example", "b.example")),
            "line 8, column 1",
            "go to one server",
        ),
        (
            format!("{START}{}", POLL.replace("[\"done\"]", "[]")),
            "line 11, column 13",
            "`completed` is empty",
        ),
        (poll("running = [1, \"done\"]"), "line 11, column 14", "in another list as well"),
        (poll("interval = 0"), "line 13, column 12", "shorter than 100ms"),
        (poll("url_from = \"location\""), "line 8, column 1", "`url` and `url_from`"),
        (poll("not_yet = [404, 1]"), "line 13, column 17", "not a status code"),
        (
            table("headers]\nX-A = \"a\"\nx-a = \"b\""),
            "line 15, column 7",
            "`headers` has x-a in two spellings",
        ),
        (table("headers]\nX-A = \"a\\u0000b\""), "line 14, column 7", "has a control character"),
        (table("cancel]\nurl = \"{poll_url}/x\""), "line 14, column 7", "`{poll_url}` is unknown here"),
        (
            table("cancel]\nurl = \"https://a.example/\"\nbody = { a = \"{x}\" }"),
            "line 15, column 8",
            "`{x}` is unknown",
        ),
        (table("cancel]\nurl = \"https://a.example/\"\nbody = '{'"), "line 15, column 8", "is not JSON"),
        (
            table("cancel]\nurl = \"https://a.example/\"\naccept = [500]"),
            "line 15, column 11",
            "not a status of success",
        ),
        (table("log]\nmessage = [\"/m\"]\ntext = [\"/m\"]"), "line 13, column 1", "`text` belongs to `url`"),
        (
            table(
                "oauth2]\ntoken_url = \"https://b.example/\"\nclient_id = \"c\"\nclient_secret = \"hunter2hunter2\"",
            ),
            "line 16, column 17",
            "Write \"${env:NAME}\"",
        ),
        (
            table("headers]\nauthorization = \"Bearer hunter2hunter2\""),
            "line 14, column 17",
            "is a secret in this file",
        ),
        (table("headers]\nX-API-Key = \"hunter2hunter2\""), "line 14, column 13", "is a secret in this file"),
        (table("headers]\nHost = \"b.example\""), "line 14, column 8", "a header of the connection"),
        (table("headers]\n\"a b\" = \"c\""), "line 14, column 9", "not a valid name"),
        (table("headers]\nX-A = \"${env:TXJOBS_KEY}\""), "line 14, column 7", "begins with TXJOBS_"),
    ] {
        let error = error(&job);
        assert!(error.starts_with(&format!("{place}: ")) && error.contains(expected), "{job}\n{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn link_is_a_url_or_a_pointer_without_secrets() {
    let link = |link: &str| load(&format!("http.link = {link:?}\n{START}{POLL}"));
    assert!(link("https://a.example/{run_id}").is_ok());
    assert!(link("/page").is_ok());
    assert!(
        format!("{:#}", link("https://a.example/?x=${env:TOKEN}").unwrap_err()).contains("sees the link")
    );
    assert!(format!("{:#}", link("page").unwrap_err()).contains("neither a URL nor a JSON Pointer"));
}

#[test]
fn debug_output_and_descriptions_have_no_secret() {
    let headers = "[organization.job.http.headers]\nAuthorization = \"Bearer ${env:PATH}\"\n";
    let start = START.replace("/runs", "/runs?code=${env:PATH}");
    let config = load(&format!("{start}{POLL}{headers}")).unwrap();
    let path = std::env::var("PATH").unwrap();
    assert!(!format!("{config:?}").contains(&path));
    assert!(!config.organizations[0].jobs[0].work.describe().contains("code"));
}

#[test]
fn missing_secret_is_a_start_problem() {
    let headers = "[organization.job.http.headers]\nAuthorization = \"Bearer ${file:missing}\"\n";
    let problems = load(&format!("{START}{POLL}{headers}")).unwrap().start_problems();
    assert!(problems[0].contains("the file /base/missing cannot be read"), "{problems:?}");
}
