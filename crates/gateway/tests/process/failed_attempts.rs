//! Wrong keys from several addresses.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, shell_jobs};

/// Sends a request with a wrong key from this address, and returns its status.
async fn call_from(address: &str, server: SocketAddr) -> u16 {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
    let mut stream = socket.connect(server).await.unwrap();
    let request =
        b"GET /public/jobs HTTP/1.1\r\nHost: test\r\napiKey: txg_of_nobody\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn wrong_keys_of_one_address_do_not_affect_others() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("echo", "echo ran", "")]));
    let gateway = folder.serve(&[]);
    let server = gateway.socket_address();
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(call_from("127.0.0.1", server).await);
    }
    assert_eq!(statuses[..20], [401; 20]);
    assert!(statuses[20..].contains(&429), "{statuses:?}");
    assert_eq!(call_from("127.0.0.2", server).await, 401);
    // The client of the tests has the limited address.
    assert_eq!(gateway.call(paths::list_jobs()).await.status, 200);

    let log = gateway.log();
    assert_eq!(log.matches("too many requests with a wrong API key").count(), 1, "{log}");
    assert!(log.contains("address=127.0.0.1") && !log.contains("txg_"), "{log}");
}
