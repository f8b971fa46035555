//! Connections of a client that the test controls byte by byte.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;

use txjobs_sdk::paths;

use crate::test_server::TestServer;
use crate::wait::MAX_WAIT;

/// A connection to a server.
#[derive(Debug)]
pub struct Connection {
    /// The connection, for writes from another thread.
    pub stream: TcpStream,
    reader: BufReader<TcpStream>,
}

/// A response with a known length.
#[derive(Debug)]
pub struct ConnectionResponse {
    /// The status.
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    /// The body.
    pub body: String,
}

/// Returns the head of a request with the server's key, without the empty line at its end.
#[must_use]
pub fn request_head(server: &TestServer, method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{}: {}\r\n", paths::API_KEY_HEADER, server.key())
}

impl Connection {
    /// Connects to a server.
    #[must_use]
    pub fn open(server: &TestServer) -> Self {
        let stream = TcpStream::connect(server.socket_address()).unwrap();
        stream.set_read_timeout(Some(MAX_WAIT)).unwrap();
        let reader = BufReader::new(stream.try_clone().unwrap());
        Self { stream, reader }
    }

    /// Writes bytes.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// Sends a GET with the server's key, and returns the status of the response.
    pub fn get(&mut self, server: &TestServer, path: &str) -> u16 {
        self.send(format!("{}\r\n", request_head(server, "GET", path)));
        self.read_response().expect("a response").status
    }

    /// Reads a response, or returns `None` if the connection ends before.
    pub fn read_response(&mut self) -> Option<ConnectionResponse> {
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
        Some(ConnectionResponse { status, head, body: String::from_utf8(body).unwrap() })
    }

    /// Waits until the server closes or resets the connection, and returns what it sent before.
    pub fn read_until_closed(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.reader.read_to_end(&mut rest) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => {
                panic!("the connection is not closed: {error}")
            }
            _ => rest,
        }
    }
}
