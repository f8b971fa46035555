//! HTTPS, and certificates that are replaced while the server runs.

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use txjobs_sdk::paths;
use txjobs_test_support::connection::Connection;
use txjobs_test_support::{MAX_WAIT, ServerFolder, TestServer, shell_jobs, wait_until};

use crate::tls_client::{TestCertificate, TlsConnection, client_config};

const OPTIONS: [&str; 4] = ["--tls-certificate", "tls/tls.crt", "--tls-key", "tls/tls.key"];

fn folder_with(certificate: &TestCertificate) -> ServerFolder {
    let folder = ServerFolder::gateway(&shell_jobs(&[("echo", "echo ran", "")]));
    certificate.write(&folder.file("tls"));
    folder
}

fn serve(folder: &ServerFolder, options: &[&str]) -> TestServer {
    folder.serve(&[&OPTIONS[..], options].concat())
}

const LIST: &str = paths::LIST_JOBS.template;

#[tokio::test]
async fn certificate_serves_https_with_http_1_1() {
    let certificate = TestCertificate::new();
    let folder = folder_with(&certificate);
    let gateway = serve(&folder, &["--demo"]);
    assert!(gateway.address().starts_with("https://127.0.0.1:"), "{}", gateway.address());
    let mut connection = TlsConnection::open(&gateway, &client_config(&[&certificate]));
    assert_eq!(connection.client().alpn_protocol(), Some(&b"http/1.1"[..]));
    let (status, body) = connection.get(&gateway, LIST);
    assert_eq!(status, 200);
    assert!(body.contains("\"Name\":\"echo\""), "{body}");
    // The key of the demo is for pages of this machine only, also with TLS. The client sends another host.
    assert_eq!(connection.get(&gateway, "/config.json").0, 403);
}

/// Sends requests until `stop`, and returns their number. Fails if one of them gets no response.
fn request_until(
    stop: &AtomicBool,
    count: &AtomicU32,
    keeps_connection: bool,
    open: impl Fn() -> TlsConnection,
    gateway: &TestServer,
) {
    let mut connection = open();
    while !stop.load(Ordering::Relaxed) {
        if !keeps_connection {
            connection = open();
        }
        assert_eq!(connection.get(gateway, LIST).0, 200);
        count.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn certificate_is_replaced_without_a_lost_request() {
    let (old, new) = (TestCertificate::new(), TestCertificate::new());
    let folder = ServerFolder::gateway(&shell_jobs(&[("echo", "echo ran", "")]));
    // Kubernetes mounts secrets like this, and replaces the link `data`.
    old.write(&folder.file("old"));
    new.write(&folder.file("new"));
    symlink("old", folder.file("data")).unwrap();
    fs::create_dir(folder.file("tls")).unwrap();
    for name in ["tls.crt", "tls.key"] {
        symlink(format!("../data/{name}"), folder.file(&format!("tls/{name}"))).unwrap();
    }
    let gateway = serve(&folder, &[]);
    let config = client_config(&[&old, &new]);
    let mut early = TlsConnection::open(&gateway, &config);
    assert_eq!(early.certificate(), old.der);

    let (stop, counts) = (AtomicBool::new(false), [const { AtomicU32::new(0) }; 4]);
    let read_counts = || counts.each_ref().map(|count| count.load(Ordering::Relaxed));
    std::thread::scope(|scope| {
        for (index, count) in counts.iter().enumerate() {
            let (stop, gateway, config) = (&stop, &gateway, &config);
            scope.spawn(move || {
                request_until(stop, count, index % 2 == 0, || TlsConnection::open(gateway, config), gateway);
            });
        }
        let wait = |condition: &dyn Fn() -> bool| {
            txjobs_test_support::wait_until_blocking("requests and the new certificate", || {
                condition().then_some(())
            });
        };
        wait(&|| read_counts().iter().all(|count| *count > 5));
        symlink("new", folder.file("data.new")).unwrap();
        fs::rename(folder.file("data.new"), folder.file("data")).unwrap();
        wait(&|| TlsConnection::open(&gateway, &config).certificate() == new.der);
        let replaced = read_counts();
        wait(&|| read_counts().iter().zip(replaced).all(|(count, before)| *count > before + 5));
        stop.store(true, Ordering::Relaxed);
    });
    // A connection keeps its certificate.
    assert_eq!(early.get(&gateway, LIST).0, 200);
    assert_eq!(TlsConnection::open(&gateway, &client_config(&[&new])).get(&gateway, LIST).0, 200);
}

#[tokio::test]
async fn broken_certificate_is_refused_and_the_earlier_one_stays() {
    let (old, other) = (TestCertificate::new(), TestCertificate::new());
    let folder = folder_with(&old);
    let gateway = serve(&folder, &[]);
    let config = client_config(&[&old]);
    let refusal = async |cause: &str| {
        wait_until("the refusal", async || gateway.log().contains(cause).then_some(())).await;
        assert!(gateway.log().contains("the certificate was not replaced, and the earlier one stays in use"));
        let mut connection = TlsConnection::open(&gateway, &config);
        assert_eq!((connection.certificate(), connection.get(&gateway, LIST).0), (old.der.clone(), 200));
    };
    // A new certificate with the earlier key: half of a pair.
    fs::write(folder.file("tls/tls.crt"), &other.certificate_pem).unwrap();
    refusal("The key tls/tls.key does not belong to the certificate tls/tls.crt").await;
    fs::write(folder.file("tls/tls.crt"), "half").unwrap();
    refusal("The file tls/tls.crt has no certificate.").await;
    fs::remove_file(folder.file("tls/tls.crt")).unwrap();
    refusal("The file tls/tls.crt of --tls-certificate cannot be read").await;
    // The rest of the pair arrives.
    other.write(&folder.file("tls"));
    let config = client_config(&[&old, &other]);
    wait_until("the new certificate", async || {
        (TlsConnection::open(&gateway, &config).certificate() == other.der).then_some(())
    })
    .await;
}

#[tokio::test]
async fn files_that_cannot_be_used_are_refused_at_the_start() {
    let (certificate, other) = (TestCertificate::new(), TestCertificate::new());
    let folder = folder_with(&certificate);
    fs::write(folder.file("other.key"), &other.key_pem).unwrap();
    fs::write(folder.file("empty"), "").unwrap();
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    fs::write(folder.file("encrypted"), encrypted).unwrap();
    fs::write(folder.file("cut"), &certificate.key_pem[..100]).unwrap();
    let refusal = |certificate: &str, key: &str| {
        let output = folder.run(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-certificate",
            certificate,
            "--tls-key",
            key,
        ]);
        assert_eq!(output.code, 1, "{output:?}");
        output.stderr
    };
    for (certificate, key, cause) in [
        ("none", "tls/tls.key", "The file none of --tls-certificate cannot be read"),
        ("tls/tls.crt", "none", "The file none of --tls-key cannot be read"),
        ("empty", "tls/tls.key", "The file empty has no certificate. --tls-certificate needs a PEM file"),
        ("tls/tls.key", "tls/tls.key", "The file tls/tls.key has no certificate."),
        ("tls/tls.crt", "tls/tls.crt", "The file tls/tls.crt has no private key."),
        ("tls/tls.crt", "encrypted", "The key encrypted is encrypted. Decrypt it with"),
        ("tls/tls.crt", "cut", "The key cut is not valid PEM"),
        ("tls/tls.crt", "other.key", "The key other.key does not belong to the certificate tls/tls.crt"),
    ] {
        let error = refusal(certificate, key);
        assert!(error.contains(cause), "{error}");
    }
    let output = folder.run(&["serve", "--tls-certificate", "tls/tls.crt"]);
    assert!(output.code == 2 && output.stderr.contains("--tls-key"), "{output:?}");
}

#[tokio::test]
async fn expired_certificate_is_a_warning_with_its_date() {
    let expired = TestCertificate::with(|params| params.not_after = rcgen::date_time_ymd(2020, 2, 29));
    let folder = folder_with(&expired);
    let gateway = serve(&folder, &[]);
    let log = gateway.log();
    assert!(log.contains("the certificate tls/tls.crt expired at 2020-02-29T00:00:00Z"), "{log}");
}

#[tokio::test]
async fn plain_request_to_the_port_gets_an_explanation() {
    let certificate = TestCertificate::new();
    let gateway = serve(&folder_with(&certificate), &[]);
    let mut plain = Connection::open(&gateway);
    plain.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    let response = plain.read_response().expect("a response");
    assert_eq!(response.status, 400);
    assert!(response.body.starts_with("This port uses TLS."), "{response:?}");
    plain.read_until_closed();
}

#[tokio::test]
async fn client_that_does_not_end_its_handshake_delays_no_others() {
    let certificate = TestCertificate::new();
    let gateway = serve(&folder_with(&certificate), &["--header-timeout", "2s", "--max-connections", "16"]);
    let config = client_config(&[&certificate]);
    let mut silent: Vec<_> = (0..40).map(|_| Connection::open(&gateway)).collect();
    for connection in &mut silent[20..] {
        // The begin of a handshake. The server may have closed the connection already, to make room.
        let _ = std::io::Write::write_all(&mut connection.stream, b"\x16\x03\x01");
    }
    assert_eq!(TlsConnection::open(&gateway, &config).get(&gateway, LIST).0, 200);
    for mut connection in silent {
        assert_eq!(connection.read_until_closed(), b"");
    }
    assert_eq!(TlsConnection::open(&gateway, &config).get(&gateway, LIST).0, 200);
}

#[tokio::test]
async fn sighup_without_a_terminal_reads_the_files_again() {
    let folder = folder_with(&TestCertificate::new());
    let gateway = folder.start(folder.service_command(&OPTIONS));
    gateway.signal("HUP");
    // Nothing has changed, so that only the signal can be the reason.
    wait_until("the reload", async || {
        gateway.log().contains("new connections use the certificate tls/tls.crt").then_some(())
    })
    .await;
}

/// Writes a log that is larger than all buffers between a gateway and its client.
const LONG: &str = "yes '0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789' | head -n 30000";

#[tokio::test]
async fn stalled_reader_is_disconnected_and_a_slow_one_is_served() {
    let certificate = TestCertificate::new();
    let folder = ServerFolder::gateway(&shell_jobs(&[("Long", LONG, "")]));
    let path = {
        let gateway = folder.serve(&[]);
        let run = gateway.run("Long").await;
        format!("/public/jobs/{}/logs", run["JobId"].as_str().unwrap())
    };
    certificate.write(&folder.file("tls"));
    let gateway = serve(&folder, &["--write-timeout", "2s"]);
    let config = client_config(&[&certificate]);
    let open = || {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.connect(&gateway.socket_address().into()).unwrap();
        let mut connection = TlsConnection::with_stream(TcpStream::from(socket), &config);
        connection.send_get(&gateway, &path, "connection: close\r\n");
        connection
    };
    let stalled = open();
    let stalled: &TcpStream = &stalled.reader.get_ref().sock;
    stalled.set_read_timeout(Some(MAX_WAIT)).unwrap();
    let mut slow = open();
    let reader = tokio::task::spawn_blocking(move || {
        let (mut buffer, mut size) = (vec![0; 256 * 1024], 0);
        loop {
            let read = slow.reader.get_mut().read(&mut buffer).unwrap();
            if read == 0 {
                return size;
            }
            size += read;
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    wait_until("the end of the stalled reader's connection", async || stalled.take_error().unwrap()).await;
    let size = reader.await.unwrap();
    assert!(size > 5_000_000, "{size}");
}
