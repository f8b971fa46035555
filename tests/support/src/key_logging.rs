//! Requests with the key in a wrong place.

use txjobs_sdk::paths;

use crate::connection::Connection;
use crate::server_folder::ServerFolder;

/// Starts a server that logs everything, sends it requests with the key in wrong places, and asserts that the log does not
/// contain the key. The configuration has a job "echo".
pub async fn assert_key_is_not_logged(folder: &ServerFolder) {
    let key = folder.key().expose();
    let mut serve = folder.serve_command(&[]);
    serve.env("RUST_LOG", "trace");
    let server = folder.start(serve);
    let job = server.job("echo").await;
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
        format!("GET /public/jobs HTTP/1.1\r\nx-request-id: {key}\r\ntraceparent: {key}\r\n"),
        format!("GET /public/jobs HTTP/1.1\r\n{key}: {key}\r\n"),
        format!("GET /public/jobs HTTP/1.1\r\napiKey: {key}\r\nx-api-key: {key}\r\n"),
        format!("POST /public/jobs/{job}/execute HTTP/1.1\r\ncontent-length: {}\r\n\r\n{key}", key.len()),
        format!("{key} /public/jobs HTTP/1.1\r\n"),
        // These are not valid requests.
        format!("GET /{key} {key} HTTP/1.1\r\n"),
        format!("GET / {key}\r\n"),
        format!("GET / HTTP/1.1\r\n{key}\r\n"),
    ] {
        let mut connection = Connection::open(&server);
        connection.send(format!("{request}host: x\r\nconnection: close\r\n\r\n"));
        connection.read_until_closed();
    }
    let path = format!("/public/jobs/{job}/status");
    let status = server.call(paths::get_job_status(job)).await.json();
    assert_eq!(status["JobId"].as_str(), Some(job.to_string().as_str()));
    server.signal("TERM");
    assert!(server.wait().success());
    let log = folder.log();
    assert!(log.contains(&path), "requests are logged at this level");
    assert!(
        !log.contains(key) && !log.contains(&key[4..]),
        "{:?}",
        log.lines().find(|l| l.contains(&key[4..]))
    );
}
