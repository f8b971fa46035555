//! Clients that send a body slowly or without end, and clients that read a response slowly or not at all.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use txjobs_sdk::paths;
use txjobs_test_support::connection::{Connection, request_head};
use txjobs_test_support::{MAX_WAIT, ServerFolder, TestServer, shell_jobs, wait_until};

fn echo_gateway(options: &[&str]) -> TestServer {
    ServerFolder::gateway(&shell_jobs(&[("echo", "echo ran", "")])).serve(options)
}

async fn has_no_run(gateway: &TestServer) -> bool {
    let job = gateway.job("echo").await;
    let runs = gateway.call(paths::get_job_logs(job, None, None)).await.json();
    runs == Value::Array(Vec::new())
}

/// Returns the head of a request that executes the job.
async fn execute_head(gateway: &TestServer) -> String {
    let path = paths::EXECUTE_JOB.template.replace("{job_id}", &gateway.job("echo").await.to_string());
    request_head(gateway, "POST", &path)
}

#[tokio::test]
async fn execute_with_an_incomplete_body_has_no_effect() {
    let gateway = echo_gateway(&["--body-timeout", "1s"]);
    let head = execute_head(&gateway).await;
    let mut slow = Connection::open(&gateway);
    slow.send(format!("{head}content-length: 10\r\n\r\n123"));
    slow.read_until_closed();
    assert!(has_no_run(&gateway).await);
    // A complete body is read and ignored, and the connection stays open.
    let mut complete = Connection::open(&gateway);
    complete.send(format!("{head}transfer-encoding: chunked\r\n\r\n"));
    complete.send("2\r\n{}\r\n0\r\n\r\n");
    assert_eq!(complete.read_response().expect("a response").status, 200);
    assert_eq!(complete.get(&gateway, paths::LIST_JOBS.template), 200);
}

#[tokio::test]
async fn execute_with_an_endless_body_is_refused() {
    let gateway = echo_gateway(&[]);
    let head = execute_head(&gateway).await;
    let mut endless = Connection::open(&gateway);
    endless.send(format!("{head}transfer-encoding: chunked\r\n\r\n"));
    let mut stream = endless.stream.try_clone().unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let sender = std::thread::spawn(move || while stream.write_all(chunk.as_bytes()).is_ok() {});
    assert_eq!(endless.read_response().expect("an error response").status, 413);
    sender.join().unwrap();
    assert!(has_no_run(&gateway).await);
}

#[tokio::test]
async fn execute_with_a_large_body_gets_the_error_response() {
    let gateway = echo_gateway(&[]);
    let head = execute_head(&gateway).await;
    let body = "x".repeat(300_000);
    let mut large = Connection::open(&gateway);
    large.send(format!("{head}content-length: {}\r\n\r\n{body}", body.len()));
    let response = large.read_response().expect("an error response, and no reset");
    assert_eq!(response.status, 413);
    assert!(has_no_run(&gateway).await);
}

/// Writes a log that is larger than all buffers between a gateway and its client.
const LONG: &str = "yes '0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789' | head -n 30000";

/// Requests the log on a connection with a small window.
fn request_log(gateway: &TestServer, path: &str) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&gateway.socket_address().into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(MAX_WAIT)).unwrap();
    write!(stream, "{}connection: close\r\n\r\n", request_head(gateway, "GET", path)).unwrap();
    stream
}

#[tokio::test]
async fn stalled_reader_is_disconnected_and_a_slow_one_is_served() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("Long", LONG, "")]));
    let gateway = folder.serve(&["--write-timeout", "2s"]);
    let run = gateway.run("Long").await;
    let path = format!("/public/jobs/{}/logs", run["JobId"].as_str().unwrap());

    let stalled = request_log(&gateway, &path);
    let mut slow = request_log(&gateway, &path);
    let reader = tokio::task::spawn_blocking(move || {
        let (mut buffer, mut size, mut last) = (vec![0; 256 * 1024], 0, Vec::new());
        loop {
            let read = slow.read(&mut buffer).unwrap();
            if read == 0 {
                return (size, last);
            }
            size += read;
            last = buffer[read.saturating_sub(16)..read].to_vec();
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    wait_until("the end of the stalled reader's connection", async || stalled.take_error().unwrap()).await;
    let (size, last) = reader.await.unwrap();
    assert!(size > 5_000_000, "{size}");
    assert!(String::from_utf8_lossy(&last).ends_with("]\r\n0\r\n\r\n"), "{last:?}");
}
