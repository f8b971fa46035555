//! A key in a wrong place of a request is not logged.

use std::fs::File;

use txjobs_sdk::paths;

use crate::connection::Connection;
use crate::gateway_process::{Home, command, shell_jobs};

#[tokio::test]
async fn key_in_a_wrong_place_is_not_logged() {
    let home = Home::new(&shell_jobs(&[("echo", "echo ran", "")]));
    let key = home.key.expose().to_owned();
    {
        let log = home.path("log");
        let mut serve = command(home.folder.path());
        serve.args(["serve", "--listen", "127.0.0.1:0"]).env("RUST_LOG", "trace");
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
