//! A client's side of a connection, byte by byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use txjobs_sdk::paths;

use crate::gateway_process::{Gateway, Home};

/// Longer than any step of these tests.
const MAX_WAIT: Duration = Duration::from_secs(30);

pub struct Connection {
    pub stream: TcpStream,
    reader: BufReader<TcpStream>,
}

/// An answer as it was received.
#[derive(Debug)]
#[allow(dead_code, reason = "what a failed test shows")]
pub struct Answer {
    pub status: u16,
    head: String,
    body: String,
}

pub fn address(gateway: &Gateway) -> SocketAddr {
    gateway.url.strip_prefix("http://").unwrap().parse().unwrap()
}

/// Returns the head of a request with the home's key, without its last line.
pub fn head(home: &Home, method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{}: {}\r\n", paths::API_KEY_HEADER, home.key.expose())
}

impl Connection {
    pub fn open(gateway: &Gateway) -> Self {
        let stream = TcpStream::connect(address(gateway)).unwrap();
        stream.set_read_timeout(Some(MAX_WAIT)).unwrap();
        let reader = BufReader::new(stream.try_clone().unwrap());
        Self { stream, reader }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// Sends a request without a body on this connection, and reads its answer.
    pub fn ask(&mut self, home: &Home, method: &str, path: &str) -> Answer {
        self.send(format!("{}content-length: 0\r\n\r\n", head(home, method, path)));
        self.answer().expect("an answer")
    }

    /// Reads an answer of a known length, or nothing if the connection ends before.
    pub fn answer(&mut self) -> Option<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.reader.read_exact(&mut body).ok()?;
        Some(Answer { status, head, body: String::from_utf8(body).unwrap() })
    }

    /// Waits until the gateway closes the connection, and returns what it sent until then.
    pub fn until_closed(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.reader.read_to_end(&mut rest) {
            Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => {
                panic!("the connection is not closed: {error}")
            }
            _ => rest,
        }
    }
}
