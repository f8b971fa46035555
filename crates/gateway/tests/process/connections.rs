//! Idle connections do not block other clients.

use std::process::Command;

use txjobs_sdk::paths;

use crate::connection::{Connection, head};
use crate::gateway_process::{Home, command, lines, shell_jobs};

fn home() -> Home {
    Home::new(&shell_jobs(&[("echo", "echo ran", "")]))
}

#[tokio::test]
async fn idle_connections_leave_files_for_runs_and_for_callers() {
    let home = home();
    let program = command(home.folder.path());
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -n 200 && exec \"$0\" serve --listen 127.0.0.1:0"])
        .arg(program.get_program());
    limited.current_dir(home.folder.path()).env("RUST_LOG", "error");
    let gateway = home.start(limited);
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
async fn a_limit_of_files_without_room_for_connections_is_refused() {
    let home = home();
    let program = command(home.folder.path());
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -n 100 && exec \"$0\" serve --listen 127.0.0.1:0"])
        .arg(program.get_program());
    let refused = limited.current_dir(home.folder.path()).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success());
    assert!(said.contains("100 files open (ulimit -n), which leaves no room"), "{said}");
}

#[tokio::test]
async fn a_caller_with_a_key_outlasts_idle_connections() {
    let home = home();
    let gateway = home.serve(&["--max-connections", "8"]);
    let mut caller = Connection::open(&gateway);
    let list = paths::LIST_JOBS.template;
    assert_eq!(caller.ask(&home, "GET", list).status, 200);
    let mut idle: Vec<_> = (0..40).map(|_| Connection::open(&gateway)).collect();
    // Half a request counts like none.
    for connection in &mut idle[20..] {
        let _ = std::io::Write::write_all(&mut connection.stream, b"GET / HT");
    }
    // The first connections were closed to make room for the last ones.
    idle[0].until_closed();
    assert_eq!(caller.ask(&home, "GET", list).status, 200);
    assert_eq!(Connection::open(&gateway).ask(&home, "GET", list).status, 200);
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let home = home();
    let gateway = home.serve(&["--header-timeout", "200ms"]);
    let mut silent = Connection::open(&gateway);
    let mut partial = Connection::open(&gateway);
    partial.send(head(&home, "GET", paths::LIST_JOBS.template));
    assert_eq!(silent.until_closed(), b"");
    assert_eq!(partial.until_closed(), b"");
}

#[tokio::test]
async fn a_head_that_comes_slowly_has_no_more_time() {
    let home = home();
    let gateway = home.serve(&["--header-timeout", "400ms"]);
    let mut slow = Connection::open(&gateway);
    let mut later = Connection::open(&gateway);
    // A byte now and then, as long as the connection is open.
    let mut stream = slow.stream.try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        while std::io::Write::write_all(&mut stream, b"G").is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    });
    slow.until_closed();
    later.until_closed();
    sender.join().unwrap();
}

#[tokio::test]
async fn a_connection_waits_longer_for_its_next_request_than_for_its_first() {
    let home = home();
    let gateway = home.serve(&["--header-timeout", "1s", "--idle-timeout", "1m"]);
    let mut kept = Connection::open(&gateway);
    assert_eq!(kept.ask(&home, "GET", paths::LIST_JOBS.template).status, 200);
    // The time-out of a first request is over.
    Connection::open(&gateway).until_closed();
    assert_eq!(kept.ask(&home, "GET", paths::LIST_JOBS.template).status, 200);
    // Its next request has the same time-out again.
    kept.send("GET /public");
    kept.until_closed();
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let home = home();
    let gateway = home.serve(&["--idle-timeout", "200ms"]);
    let mut kept = Connection::open(&gateway);
    assert_eq!(kept.ask(&home, "GET", paths::LIST_JOBS.template).status, 200);
    assert_eq!(kept.until_closed(), b"");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_idle_connections() {
    let home = home();
    let gateway = home.serve(&[]);
    let mut kept = Connection::open(&gateway);
    assert_eq!(kept.ask(&home, "GET", paths::LIST_JOBS.template).status, 200);
    let mut new = Connection::open(&gateway);
    let mut partial = Connection::open(&gateway);
    partial.send("GET /pub");
    let start = std::time::Instant::now();
    gateway.signal("TERM");
    kept.until_closed();
    new.until_closed();
    assert!(gateway.wait().success());
    partial.until_closed();
    // A stop waits ten seconds for current answers; there is none.
    assert!(start.elapsed() < std::time::Duration::from_secs(8), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let home = home();
    let gateway = home.serve(&[]);
    let many: String = (0..200).map(|n| format!("x-{n}: y\r\n")).collect();
    let long = format!("x-long: {}\r\n", "y".repeat(100_000));
    for headers in [many, long] {
        let mut connection = Connection::open(&gateway);
        connection.send(format!("{}{headers}\r\n", head(&home, "GET", "/public/jobs")));
        assert_eq!(connection.answer().expect("a refusal").status, 431);
        connection.until_closed();
    }
    let mut connection = Connection::open(&gateway);
    connection.send(format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "y".repeat(100_000)));
    assert!([414, 431].contains(&connection.answer().expect("a refusal").status));
}

#[tokio::test]
async fn odd_requests_are_answered() {
    let home = home();
    let gateway = home.serve(&[]);
    for (request, status) in [
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
        let key = home.key.expose();
        connection.send(format!("{request}\r\nhost: x\r\napiKey: {key}\r\nconnection: close\r\n\r\n"));
        let answer = connection.answer().unwrap_or_else(|| panic!("{request}: no answer"));
        assert!(status.contains(&answer.status), "{request}: {answer:?}");
        connection.until_closed();
    }
    let mut connection = Connection::open(&gateway);
    connection.send(b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!([400, 404].contains(&connection.answer().expect("an answer").status));
}
