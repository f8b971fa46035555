//! Reads the log of a container line by line.

use futures::AsyncReadExt;

use super::position::Skip;

/// The bytes of a log, as they come.
pub(in crate::kubernetes_job) type LogStream = std::pin::Pin<Box<dyn futures::io::AsyncRead + Send>>;

/// The longest line. The rest is left out, as with commands.
const MAX_LINE_BYTES: usize = 1_000_000;
const READ_BYTES: usize = 64 * 1024;

/// What comes next in a log.
#[derive(Debug)]
pub(in crate::kubernetes_job) enum LogEvent {
    /// A line.
    Line(LogLine),
    /// The log has ended, or the connection.
    Ended,
    /// The connection failed.
    Failed(String),
}

/// A line of a log.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::kubernetes_job) struct LogLine {
    /// The second since 1970 at which it was written, if the server says it.
    pub second: Option<i64>,
    pub text: String,
}

/// The log of a container, without the lines that were read before. It has no `Debug`, because streams have none.
pub(in crate::kubernetes_job) struct PodLog {
    stream: LogStream,
    skip: Skip,
    /// Whether a last line without a line end is complete, since nothing can follow.
    is_whole: bool,
    chunk: Vec<u8>,
    /// The bytes of the chunk that are not split yet.
    unread: std::ops::Range<usize>,
    line: Vec<u8>,
}

impl PodLog {
    pub fn new(stream: LogStream, skip: Skip, is_whole: bool) -> Self {
        Self { stream, skip, is_whole, chunk: vec![0; READ_BYTES], unread: 0..0, line: Vec::new() }
    }

    /// Returns what comes next. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> LogEvent {
        loop {
            while let Some(line) = self.split() {
                let line = parse(&line);
                if !self.skip.is_known(line.second) {
                    return LogEvent::Line(line);
                }
            }
            match self.stream.read(&mut self.chunk).await {
                Ok(0) => {
                    let last = std::mem::take(&mut self.line);
                    if self.is_whole && !last.is_empty() {
                        let line = parse(&last);
                        if !self.skip.is_known(line.second) {
                            return LogEvent::Line(line);
                        }
                    }
                    return LogEvent::Ended;
                }
                Ok(count) => self.unread = 0..count,
                Err(error) => return LogEvent::Failed(error.to_string()),
            }
        }
    }

    /// Returns the next line of the chunk, or moves the rest of the chunk to the line that has not ended yet.
    fn split(&mut self) -> Option<Vec<u8>> {
        let unread = &self.chunk[self.unread.clone()];
        let end = memchr::memchr(b'\n', unread);
        let part = &unread[..end.unwrap_or(unread.len())];
        let space = MAX_LINE_BYTES.saturating_sub(self.line.len());
        self.line.extend_from_slice(&part[..part.len().min(space)]);
        match end {
            Some(end) => {
                self.unread.start += end + 1;
                Some(std::mem::take(&mut self.line))
            }
            None => {
                self.unread = 0..0;
                None
            }
        }
    }
}

/// Parses a line with a time of RFC 3339 before its text.
fn parse(line: &[u8]) -> LogLine {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end_matches('\r');
    let (time, text) = line.split_once(' ').unwrap_or((line, ""));
    match second(time) {
        Some(second) => LogLine { second: Some(second), text: text.to_owned() },
        None => LogLine { second: None, text: line.to_owned() },
    }
}

/// Returns the second since 1970 of a time of RFC 3339. Kubelets write the time zone of their node.
fn second(time: &str) -> Option<i64> {
    if !time.is_ascii() || time.len() < 20 {
        return None;
    }
    let digits = |range: std::ops::Range<usize>| time.get(range)?.parse::<i64>().ok();
    let utc = format!("{}Z", &time[..19]);
    let since_epoch = humantime::parse_rfc3339(&utc).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    let local = i64::try_from(since_epoch.as_secs()).ok()?;
    let zone = time.len().checked_sub(6).filter(|_| !time.ends_with('Z'));
    let Some(at) = zone else { return Some(local) };
    let offset = digits(at + 1..at + 3)? * 3600 + digits(at + 4..at + 6)? * 60;
    match time.as_bytes()[at] {
        b'+' => Some(local - offset),
        b'-' => Some(local + offset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use futures::io::Cursor;

    use super::*;

    async fn read(text: &[u8], is_whole: bool) -> Vec<(Option<i64>, String)> {
        let mut log = PodLog::new(Box::pin(Cursor::new(text.to_vec())), Skip::default(), is_whole);
        let mut lines = Vec::new();
        while let LogEvent::Line(line) = log.next().await {
            lines.push((line.second, line.text));
        }
        lines
    }

    #[tokio::test]
    async fn lines_have_the_second_of_any_time_zone() {
        let text = b"1970-01-01T00:00:10.123456789Z a b\r\n1970-01-01T02:00:11.5+02:00 \n1969-12-31T19:00:12-05:00 c\n";
        let expected = [(Some(10), "a b".to_owned()), (Some(11), String::new()), (Some(12), "c".to_owned())];
        assert_eq!(
            read(text, false).await,
            expected[..2]
                .iter()
                .cloned()
                .chain([(None, "1969-12-31T19:00:12-05:00 c".to_owned())])
                .collect::<Vec<_>>()
        );
    }

    #[tokio::test]
    async fn odd_lines_are_kept() {
        let long = "x".repeat(2 * MAX_LINE_BYTES);
        let text = format!("no time\n\n1970-01-01T00:00:10Z \u{e4}\n{long}\nlast");
        let mut bytes = text.into_bytes();
        bytes.push(0xff);
        let lines = read(&bytes, true).await;
        assert_eq!(lines[0], (None, "no time".to_owned()));
        assert_eq!(lines[1], (None, String::new()));
        assert_eq!(lines[2], (Some(10), "\u{e4}".to_owned()));
        assert_eq!(lines[3].1.len(), MAX_LINE_BYTES);
        assert_eq!(lines[4], (None, "last\u{fffd}".to_owned()));
        assert_eq!(read(&bytes, false).await.len(), 4);
    }
}
