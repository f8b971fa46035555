//! Requests byte by byte: what a client library would hide is what is looked for.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::Value;

/// Longer than anything that is not frozen may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// 0 without any answer.
    pub status: u16,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body without chunk headers, with invalid UTF-8 replaced.
    pub body: String,
    /// The body without chunk headers, in bytes.
    pub bytes: Vec<u8>,
    /// Whether all that was promised came.
    pub is_whole: bool,
    /// How the connection ended, if not in good order.
    pub error: Option<ErrorKind>,
    /// How long the first byte took.
    pub first_byte: Duration,
    /// How long everything took.
    pub took: Duration,
}

impl Answer {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Sends a request (its first line and headers, each with its end of line) on a connection of its own, and reads to the end.
pub fn ask(address: &str, request: &str) -> Answer {
    let host = address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let start = Instant::now();
    write!(stream, "{request}host: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let (mut bytes, mut error, mut first_byte) = (Vec::new(), None, PATIENCE);
    let mut piece = [0; 16 * 1024];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => {
                first_byte = first_byte.min(start.elapsed());
                bytes.extend_from_slice(&piece[..count]);
            }
            Err(failed) => {
                error = Some(failed.kind());
                break;
            }
        }
    }
    read(&bytes, error, first_byte, start.elapsed())
}

fn read(bytes: &[u8], error: Option<ErrorKind>, first_byte: Duration, took: Duration) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
    let (head, rest) = (String::from_utf8_lossy(&bytes[..end]), bytes.get(end + 4..).unwrap_or_default());
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_default();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let (bytes, is_whole) = match (header("transfer-encoding"), header("content-length")) {
        (Some("chunked"), _) => unchunked(rest),
        (_, Some(length)) => (rest.to_vec(), rest.len() == length.parse::<usize>().unwrap()),
        _ => (rest.to_vec(), status != 0),
    };
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status, headers, body, bytes, is_whole, error, first_byte, took }
}

/// The body without the marks of its pieces, and whether its last mark came.
fn unchunked(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else { return (body, false) };
        let length = std::str::from_utf8(&rest[..end]).unwrap();
        let (length, after) = (usize::from_str_radix(length, 16).unwrap(), &rest[end + 2..]);
        if length == 0 {
            return (body, true);
        }
        body.extend_from_slice(&after[..length.min(after.len())]);
        let Some(next) = after.get(length + 2..) else { return (body, false) };
        rest = next;
    }
}
