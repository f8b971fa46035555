//! Secrets are in no log, and jobs cannot read them.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;

use txjobs_sdk::paths;

use crate::gateway::{Gateway, Home, command, lines, shell_jobs};
use crate::wire::Connection;

const TOKEN: &str = "a-token-for-this-test-only";
/// A job that prints what it can read of its parent, and a mark at the end.
const SPY: &str = "tr '\\0' '\\n' </proc/$PPID/environ; tr '\\0' '\\n' </proc/$PPID/cmdline; env; \
     ls -l /proc/self/fd; head -c 1000 </proc/$PPID/fd/0; echo seen";

async fn spied(gateway: &Gateway) -> String {
    let run = gateway.run("spy").await;
    let seen: Vec<_> = lines(&run).into_iter().map(|(_, text)| text.to_owned()).collect();
    // The job has printed everything.
    assert!(seen.iter().any(|line| line.starts_with("PATH=")), "{seen:?}");
    assert!(
        seen.iter().any(|line| line == "serve") && seen.last().is_some_and(|line| line == "seen"),
        "{seen:?}"
    );
    // It inherits the files of this test, and no file that the gateway opened.
    let files = seen.iter().filter_map(|line| line.split_once(" -> ").map(|(_, target)| target));
    let opened: Vec<_> =
        files.filter(|target| target.contains(".db") || target.starts_with("socket:")).collect();
    let ours = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let ours: Vec<_> = ours.filter_map(|file| std::fs::read_link(file.path()).ok()).collect();
    assert!(opened.iter().all(|file| ours.contains(&std::path::PathBuf::from(file))), "{opened:?}");
    seen.join("\n")
}

async fn is_admin(gateway: &Gateway) -> bool {
    let client = reqwest::Client::new();
    let answer = client.get(format!("{}/admin/clock", gateway.url)).bearer_auth(TOKEN).send().await.unwrap();
    answer.status() == 200
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_job_cannot_read_the_gateway_s_secrets() {
    let home = Home::new(&shell_jobs(&[("spy", SPY, "stderr = \"information\"")]));
    let mut serve = command(home.folder.path());
    serve.args(["serve", "--admin", "--listen", "127.0.0.1:0"]).stdin(Stdio::null());
    serve.env("TXJOBS_ADMIN_TOKEN", TOKEN).env("TXJOBS_API_KEY", "a-key-for-this-test-only");
    let gateway = home.start(serve);
    assert!(is_admin(&gateway).await);
    let seen = spied(&gateway).await;
    assert!(!seen.contains(TOKEN) && !seen.contains("a-key-for-this-test-only"), "{seen}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_admin_token_is_taken_from_standard_input() {
    let home = Home::new(&shell_jobs(&[("spy", SPY, "stderr = \"information\"")]));
    let (reader, mut writer) = std::io::pipe().unwrap();
    writeln!(writer, "{TOKEN}").unwrap();
    drop(writer);
    let mut serve = command(home.folder.path());
    serve.args(["serve", "--admin", "--admin-token-stdin", "--listen", "127.0.0.1:0"]).stdin(reader);
    // A gateway that a job of another gateway starts stays a part of that run.
    serve
        .env("TXJOBS_TRIGGER_ID", "of-another-gateway")
        .env("TXJOBS_ADMIN_TOKEN", "another-token-that-is-not-used");
    let gateway = home.start(serve);
    assert!(is_admin(&gateway).await);
    let seen = spied(&gateway).await;
    assert!(!seen.contains(TOKEN) && !seen.contains("another-token-that-is-not-used"), "{seen}");
    assert!(seen.contains("TXJOBS_TRIGGER_ID=of-another-gateway"), "{seen}");
}

#[test]
fn a_token_that_is_none_is_refused_without_being_shown() {
    let home = Home::new(&shell_jobs(&[("a", "true", "")]));
    for token in ["short-token", &"x".repeat(5000)] {
        let mut serve = command(home.folder.path());
        serve.args(["serve", "--admin", "--listen", "127.0.0.1:0"]).env("TXJOBS_ADMIN_TOKEN", token);
        let refused = serve.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && said.contains("TXJOBS_ADMIN_TOKEN"), "{said}");
        assert!(!said.contains(token), "{said}");
    }
}

#[tokio::test]
async fn key_in_a_wrong_place_is_not_logged() {
    let home = Home::new(&shell_jobs(&[("echo", "echo ran", "")]));
    let key = home.key.expose().to_owned();
    for options in [vec![], vec!["--admin"]] {
        let log = home.path("log");
        let mut serve = command(home.folder.path());
        serve.args(["serve", "--listen", "127.0.0.1:0"]).args(&options).env("RUST_LOG", "trace");
        let gateway = home.start_logging(serve, File::create(&log).unwrap());
        let job = gateway.job("echo").await;
        for request in [
            format!("GET /{key} HTTP/1.1\r\n"),
            format!("GET //public/jobs/{key} HTTP/1.1\r\n"),
            format!("GET /public/{key} HTTP/1.1\r\n"),
            format!("GET /public/jobs/{key}/status HTTP/1.1\r\n"),
            format!("GET /public/jobs/{job}/logs/{key} HTTP/1.1\r\n"),
            format!("GET /public/jobs?apiKey={key} HTTP/1.1\r\n"),
            format!("GET /public/jobs/{job}/logs?limit={key}&{key}=1&limit=1 HTTP/1.1\r\n"),
            format!("GET /docs/{key} HTTP/1.1\r\n"),
            format!("GET /admin/faults/{key} HTTP/1.1\r\n"),
            format!("GET http://{key}@x/public/jobs HTTP/1.1\r\n"),
            format!("GET /public/jobs HTTP/1.1\r\nreferer: http://x/{key}\r\n"),
            format!("GET /public/jobs HTTP/1.1\r\nauthorization: Bearer {key}\r\ncookie: key={key}\r\n"),
            format!("GET /public/jobs HTTP/1.1\r\n{key}: {key}\r\n"),
            format!("GET /public/jobs HTTP/1.1\r\napiKey: {key}\r\nx-api-key: {key}\r\n"),
            format!("POST /public/jobs/{job}/execute HTTP/1.1\r\ncontent-length: {}\r\n\r\n{key}", key.len()),
            format!("{key} /public/jobs HTTP/1.1\r\n"),
            // These are not valid requests.
            format!("GET /{key} {key} HTTP/1.1\r\n"),
            format!("GET / {key}\r\n"),
            format!("GET / HTTP/1.1\r\n{key}\r\n"),
        ] {
            let mut connection = Connection::open(&gateway);
            connection.send(format!("{request}host: x\r\nconnection: close\r\n\r\n"));
            connection.until_closed();
        }
        let shown = format!("/public/jobs/{job}/status");
        let status = gateway.ask(paths::get_job_status(job)).await;
        assert_eq!(status["JobId"].as_str(), Some(job.to_string().as_str()));
        gateway.signal("TERM");
        assert!(gateway.wait().success());
        let log = std::fs::read_to_string(log).unwrap();
        assert!(log.contains(&shown), "requests are logged at this level");
        assert!(
            !log.contains(&key) && !log.contains(&key[4..]),
            "{:?}",
            log.lines().find(|l| l.contains(&key[4..]))
        );
    }
}
