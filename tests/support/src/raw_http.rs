//! Requests and responses byte by byte, because a client library would hide what the tests check.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The longest time to wait for the next bytes of a response.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// A response, which may be incomplete.
#[derive(Debug)]
pub struct RawResponse {
    /// The status, or 0 if there is none.
    pub status: u16,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body without chunk headers. Bytes that are not UTF-8 are replaced.
    pub body: String,
    /// The bytes of the body without chunk headers.
    pub bytes: Vec<u8>,
    /// Whether the body has the announced length.
    pub is_complete: bool,
    /// The error that ended the connection.
    pub error: Option<ErrorKind>,
    /// The time until the first byte.
    pub first_byte_time: Duration,
    /// The time until the connection ended.
    pub total_time: Duration,
}

impl RawResponse {
    /// Returns the value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Returns the body as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Sends a request on a new connection, and reads until the connection ends. `request` is the request line and the headers,
/// each with its line end.
pub fn send_raw(address: &str, request: &str) -> RawResponse {
    let host = address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(MAX_WAIT)).unwrap();
    let start = Instant::now();
    write!(stream, "{request}host: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let (mut bytes, mut error, mut first_byte_time) = (Vec::new(), None, MAX_WAIT);
    let mut buffer = [0; 16 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                first_byte_time = first_byte_time.min(start.elapsed());
                bytes.extend_from_slice(&buffer[..count]);
            }
            Err(failed) => {
                error = Some(failed.kind());
                break;
            }
        }
    }
    RawResponse { error, first_byte_time, total_time: start.elapsed(), ..parse(&bytes) }
}

fn parse(bytes: &[u8]) -> RawResponse {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
    let (head, rest) = (String::from_utf8_lossy(&bytes[..end]), bytes.get(end + 4..).unwrap_or_default());
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_default();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let (bytes, is_complete) = match (header("transfer-encoding"), header("content-length")) {
        (Some("chunked"), _) => decode_chunks(rest),
        (_, Some(length)) => (rest.to_vec(), rest.len() == length.parse::<usize>().unwrap()),
        _ => (rest.to_vec(), status != 0),
    };
    let body = String::from_utf8_lossy(&bytes).into_owned();
    let (first_byte_time, total_time) = (Duration::ZERO, Duration::ZERO);
    RawResponse { status, headers, body, bytes, is_complete, error: None, first_byte_time, total_time }
}

/// Returns the body without chunk headers, and whether the last chunk was received.
fn decode_chunks(mut rest: &[u8]) -> (Vec<u8>, bool) {
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
