//! Clients that send a body slowly or without end, and clients that read their answer slowly or not at all.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use txjobs_sdk::paths;

use crate::connection::{Connection, address, head};
use crate::gateway_process::{Gateway, Home, shell_jobs, until};

fn home() -> Home {
    Home::new(&shell_jobs(&[("echo", "echo ran", "")]))
}

async fn has_no_run(gateway: &Gateway) -> bool {
    let job = gateway.job("echo").await;
    let runs = gateway.ask(paths::get_job_logs(job, None, None)).await;
    runs == Value::Array(Vec::new())
}

async fn execute_head(home: &Home, gateway: &Gateway) -> String {
    let path = paths::EXECUTE_JOB.template.replace("{job_id}", &gateway.job("echo").await.to_string());
    head(home, "POST", &path)
}

#[tokio::test]
async fn a_body_that_does_not_come_has_no_effect() {
    let home = home();
    let gateway = home.serve(&["--body-timeout", "1s"]);
    let head = execute_head(&home, &gateway).await;
    let mut slow = Connection::open(&gateway);
    slow.send(format!("{head}content-length: 10\r\n\r\n123"));
    slow.until_closed();
    assert!(has_no_run(&gateway).await);
    // A complete body is read and dropped, and the connection stays open.
    let mut whole = Connection::open(&gateway);
    whole.send(format!("{head}transfer-encoding: chunked\r\n\r\n"));
    whole.send("2\r\n{}\r\n0\r\n\r\n");
    assert_eq!(whole.answer().expect("an answer").status, 200);
    assert_eq!(whole.ask(&home, "GET", paths::LIST_JOBS.template).status, 200);
}

#[tokio::test]
async fn a_body_without_end_is_refused_and_has_no_effect() {
    let home = home();
    let gateway = home.serve(&[]);
    let head = execute_head(&home, &gateway).await;
    let mut endless = Connection::open(&gateway);
    endless.send(format!("{head}transfer-encoding: chunked\r\n\r\n"));
    let mut stream = endless.stream.try_clone().unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let sender = std::thread::spawn(move || while stream.write_all(chunk.as_bytes()).is_ok() {});
    assert_eq!(endless.answer().expect("a refusal").status, 413);
    sender.join().unwrap();
    assert!(has_no_run(&gateway).await);
}

#[tokio::test]
async fn a_client_that_sends_a_large_body_whole_reads_why_it_is_refused() {
    let home = home();
    let gateway = home.serve(&[]);
    let head = execute_head(&home, &gateway).await;
    let body = "x".repeat(300_000);
    let mut large = Connection::open(&gateway);
    large.send(format!("{head}content-length: {}\r\n\r\n{body}", body.len()));
    let answer = large.answer().expect("a refusal, and no reset");
    assert_eq!(answer.status, 413);
    assert!(has_no_run(&gateway).await);
}

/// Writes a log that is larger than all buffers between a gateway and its client.
const LONG: &str = "yes '0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789' | head -n 30000";

/// Requests the log on a connection with a small window.
fn ask_for_log(home: &Home, gateway: &Gateway, path: &str) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&address(gateway).into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "{}connection: close\r\n\r\n", head(home, "GET", path)).unwrap();
    stream
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_dropped_and_a_slow_one_is_served() {
    let home = Home::new(&shell_jobs(&[("Long", LONG, "")]));
    let gateway = home.serve(&["--write-timeout", "2s"]);
    let run = gateway.run("Long").await;
    let path = format!("/public/jobs/{}/logs", run["JobId"].as_str().unwrap());

    let silent = ask_for_log(&home, &gateway, &path);
    let mut slow = ask_for_log(&home, &gateway, &path);
    let reader = tokio::task::spawn_blocking(move || {
        let (mut piece, mut size, mut last) = (vec![0; 256 * 1024], 0, Vec::new());
        loop {
            let read = slow.read(&mut piece).unwrap();
            if read == 0 {
                return (size, last);
            }
            size += read;
            last = piece[read.saturating_sub(16)..read].to_vec();
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    until("the end of the silent reader's connection", async || silent.take_error().unwrap()).await;
    let (size, last) = reader.await.unwrap();
    assert!(size > 5_000_000, "{size}");
    assert!(String::from_utf8_lossy(&last).ends_with("]\r\n0\r\n\r\n"), "{last:?}");
}
