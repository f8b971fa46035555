//! Idle connections do not block other clients.

use std::io::Write;
use std::time::{Duration, Instant};

use txjobs_sdk::paths;
use txjobs_test_support::connection::{Connection, request_head};
use txjobs_test_support::{CommandOutput, ServerFolder, TestServer, lines, shell_jobs};

fn echo_folder() -> ServerFolder {
    ServerFolder::gateway(&shell_jobs(&[("echo", "echo ran", "")]))
}

fn gateway(options: &[&str]) -> TestServer {
    echo_folder().serve(options)
}

#[tokio::test]
async fn idle_connections_leave_files_for_runs_and_requests() {
    let folder = echo_folder();
    let gateway = folder.start(folder.serve_command_after("ulimit -n 200"));
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(Connection::open(&gateway));
        if idle.len() % 100 == 0 {
            let run = gateway.run("echo").await;
            assert_eq!((run["State"].as_i64(), lines(&run)), (Some(2), vec![(0, "ran")]));
        }
    }
}

#[tokio::test]
async fn open_file_limit_without_room_for_connections_is_refused() {
    let folder = echo_folder();
    let output = CommandOutput::of(&mut folder.serve_command_after("ulimit -n 100"));
    assert_ne!(output.code, 0);
    let log = folder.log();
    assert!(log.contains("100 files open (ulimit -n), which leaves no room"), "{log}");
}

#[tokio::test]
async fn connection_with_a_key_is_kept_before_idle_connections() {
    let gateway = gateway(&["--max-connections", "8"]);
    let mut active = Connection::open(&gateway);
    let list = paths::LIST_JOBS.template;
    assert_eq!(active.get(&gateway, list), 200);
    let mut idle: Vec<_> = (0..40).map(|_| Connection::open(&gateway)).collect();
    // An incomplete request counts as none.
    for connection in &mut idle[20..] {
        let _ = connection.stream.write_all(b"GET / HT");
    }
    // The first connections were closed to make room for the last ones.
    idle[0].read_until_closed();
    assert_eq!(active.get(&gateway, list), 200);
    assert_eq!(Connection::open(&gateway).get(&gateway, list), 200);
}

#[tokio::test]
async fn connection_without_a_request_is_closed() {
    let gateway = gateway(&["--header-timeout", "200ms"]);
    let mut silent = Connection::open(&gateway);
    let mut partial = Connection::open(&gateway);
    partial.send(request_head(&gateway, "GET", paths::LIST_JOBS.template));
    assert_eq!(silent.read_until_closed(), b"");
    assert_eq!(partial.read_until_closed(), b"");
}

#[tokio::test]
async fn slow_request_head_does_not_extend_the_timeout() {
    let gateway = gateway(&["--header-timeout", "400ms"]);
    let mut slow = Connection::open(&gateway);
    let mut later = Connection::open(&gateway);
    // Sends a byte now and then while the connection is open.
    let mut stream = slow.stream.try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        while stream.write_all(b"G").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    slow.read_until_closed();
    later.read_until_closed();
    sender.join().unwrap();
}

#[tokio::test]
async fn idle_timeout_applies_after_the_first_request() {
    let gateway = gateway(&["--header-timeout", "1s", "--idle-timeout", "1m"]);
    let mut kept = Connection::open(&gateway);
    assert_eq!(kept.get(&gateway, paths::LIST_JOBS.template), 200);
    // The timeout for a first request has passed.
    Connection::open(&gateway).read_until_closed();
    assert_eq!(kept.get(&gateway, paths::LIST_JOBS.template), 200);
    // The timeout applies to its next request, too.
    kept.send("GET /public");
    kept.read_until_closed();
}

#[tokio::test]
async fn idle_connection_is_closed() {
    let gateway = gateway(&["--idle-timeout", "200ms"]);
    let mut kept = Connection::open(&gateway);
    assert_eq!(kept.get(&gateway, paths::LIST_JOBS.template), 200);
    assert_eq!(kept.read_until_closed(), b"");
}

#[tokio::test]
async fn shutdown_does_not_wait_for_idle_connections() {
    let gateway = gateway(&[]);
    let mut kept = Connection::open(&gateway);
    assert_eq!(kept.get(&gateway, paths::LIST_JOBS.template), 200);
    let mut new = Connection::open(&gateway);
    let mut partial = Connection::open(&gateway);
    partial.send("GET /pub");
    let start = Instant::now();
    gateway.signal("TERM");
    kept.read_until_closed();
    new.read_until_closed();
    assert!(gateway.wait().success());
    partial.read_until_closed();
    // A shutdown waits ten seconds for responses in progress. There is none.
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[tokio::test]
async fn long_request_head_is_refused() {
    let gateway = gateway(&[]);
    let many: String = (0..200).map(|n| format!("x-{n}: y\r\n")).collect();
    let long = format!("x-long: {}\r\n", "y".repeat(100_000));
    for headers in [many, long] {
        let mut connection = Connection::open(&gateway);
        connection.send(format!("{}{headers}\r\n", request_head(&gateway, "GET", "/public/jobs")));
        assert_eq!(connection.read_response().expect("an error response").status, 431);
        connection.read_until_closed();
    }
    let mut connection = Connection::open(&gateway);
    connection.send(format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "y".repeat(100_000)));
    assert!([414, 431].contains(&connection.read_response().expect("an error response").status));
}

#[tokio::test]
async fn malformed_requests_get_an_error_response() {
    let gateway = gateway(&[]);
    for (request, statuses) in [
        ("GET /\u{e4} HTTP/1.1", vec![400, 404]),
        ("GET /public/jobs/%ff/status HTTP/1.1", vec![400]),
        ("GET /%00 HTTP/1.1", vec![404]),
        ("GET /../../etc/passwd HTTP/1.1", vec![404]),
        ("GET http://other.example/public/jobs HTTP/1.1", vec![200]),
        ("OPTIONS * HTTP/1.1", vec![200, 404]),
        ("CONNECT other.example:443 HTTP/1.1", vec![404, 405]),
        ("GET  /  HTTP/1.1", vec![400]),
        ("GET / HTTP/7.3", vec![400]),
        ("\u{16}\u{3}\u{1}", vec![400]),
    ] {
        let mut connection = Connection::open(&gateway);
        let key = gateway.key();
        connection.send(format!("{request}\r\nhost: x\r\napiKey: {key}\r\nconnection: close\r\n\r\n"));
        let response = connection.read_response().unwrap_or_else(|| panic!("{request}: no response"));
        assert!(statuses.contains(&response.status), "{request}: {response:?}");
        connection.read_until_closed();
    }
    let mut connection = Connection::open(&gateway);
    connection.send(b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!([400, 404].contains(&connection.read_response().expect("a response").status));
}
