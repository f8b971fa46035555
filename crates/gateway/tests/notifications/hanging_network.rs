//! Connections to the database that hang without an error do not silence a channel.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;
use txjobs_test_support::{PostgresServer, shell_jobs};

use crate::nodes::Cluster;
use crate::receiver::{Receiver, webhook};

/// Passes connections on to a database. The first one that sends a text hangs from then on.
struct Network {
    port: u16,
    _task: AbortOnDropHandle<()>,
}

impl Network {
    async fn start(target: u16, text: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let hangs = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                tokio::spawn(pass_on(client, server, text, Arc::clone(&hangs)));
            }
        });
        Self { port, _task: AbortOnDropHandle::new(task) }
    }
}

async fn pass_on(client: TcpStream, server: TcpStream, text: &str, hangs: Arc<AtomicBool>) {
    let ((mut client_reader, mut client_writer), (mut server_reader, mut server_writer)) =
        (client.into_split(), server.into_split());
    let to_server = async move {
        let mut buffer = vec![0; 65_536];
        while let Ok(count @ 1..) = client_reader.read(&mut buffer).await {
            let has_text = buffer[..count].windows(text.len()).any(|part| part == text.as_bytes());
            if has_text && !hangs.swap(true, Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            if server_writer.write_all(&buffer[..count]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = to_server => {}
        _ = copy(&mut server_reader, &mut client_writer) => {}
    }
}

// The programs are waited for in a thread of the runtime, and connect through it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn channel_continues_after_a_hanging_connection() {
    let receiver = Receiver::start().await;
    let config = shell_jobs(&[("works", "echo done", "")])
        + &*webhook("A", &receiver.address, r#"on = ["completed"]"#);
    for statement in ["SET busy_until = $3 WHERE name", "SET busy_until = 0, failures = 0"] {
        let network = Network::start(PostgresServer::shared().port(), statement).await;
        let cluster = Cluster::behind(&config, network.port);
        let gateway = cluster.serve();
        let count = receiver.received().len();
        for run in 1..=2 {
            gateway.run("works").await;
            receiver.wait_for(count + run).await;
        }
    }
}
