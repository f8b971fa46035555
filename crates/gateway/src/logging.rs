//! Writes the log of the program to standard error without blocking.
//!
//! Standard error may be full (`2>/dev/full`), closed, or a pipe without a reader. That must not block or fail a run or a
//! response. So a separate thread writes; lines that it cannot write in time are dropped and counted.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, IsTerminal, Write, stderr};
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use clap::ValueEnum;
use serde_json::json;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::telemetry::Traces;

/// The most entries that wait for the thread. An entry is a line, usually of a few hundred bytes.
const MAX_WAITING: usize = 4096;
const RETRY_INTERVAL: Duration = Duration::from_millis(10);

/// A handle to the thread that writes to standard error. Clones share the thread.
#[derive(Clone, Debug)]
pub struct Logging {
    format: LogFormat,
    entries: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// A JSON object on each line.
    Json,
}

impl LogFormat {
    /// Returns an error that is not an event, as a line.
    fn line(self, text: &str) -> String {
        match self {
            Self::Text => format!("{text}\n"),
            Self::Json => {
                let timestamp = humantime::format_rfc3339_micros(SystemTime::now()).to_string();
                let target = env!("CARGO_CRATE_NAME");
                let line =
                    json!({ "timestamp": timestamp, "level": "ERROR", "message": text, "target": target });
                format!("{line}\n")
            }
        }
    }
}

#[derive(Debug)]
enum Entry {
    Text(Vec<u8>),
    /// Sends a message when everything before it is written.
    Flush(SyncSender<()>),
}

impl Logging {
    /// Starts the thread, sends spans to the exporter of traces, and sends the thread every panic and the events of `tracing` that `RUST_LOG`, or else the filter, enables.
    ///
    /// # Errors
    ///
    /// Fails if the system cannot start a thread.
    pub(crate) fn start(filter: &str, format: LogFormat, traces: &Traces) -> io::Result<Self> {
        let logging = Self::to_output(stderr(), format)?;
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(filter));
        let writer = logging.clone();
        let layer = tracing_subscriber::fmt::layer().with_writer(move || writer.clone());
        let layer = match format {
            LogFormat::Text => layer.with_ansi(stderr().is_terminal()).boxed(),
            LogFormat::Json => layer.json().flatten_event(true).with_span_list(false).boxed(),
        };
        tracing_subscriber::registry().with(layer.with_filter(filter)).with(traces.layer()).init();
        // The default hook writes to standard error itself, and blocks.
        std::panic::set_hook(Box::new(log_panic));
        Ok(logging)
    }

    fn to_output(output: impl Write + Send + 'static, format: LogFormat) -> io::Result<Self> {
        let (entries, waiting) = sync_channel(MAX_WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let logging = Self { format, entries, lost: Arc::clone(&lost) };
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(output, format, &waiting, &lost))?;
        Ok(logging)
    }

    /// Writes an error that is not an event.
    pub fn write_line(&self, text: &str) {
        self.send(self.format.line(text).into_bytes());
    }

    /// Waits until everything is written, or until the limit.
    pub fn flush(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        let (done, is_done) = sync_channel(1);
        while self.entries.try_send(Entry::Flush(done.clone())).is_err() {
            if Instant::now() >= deadline {
                return;
            }
            thread::sleep(RETRY_INTERVAL);
        }
        let _ = is_done.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    }

    fn send(&self, text: Vec<u8>) {
        if self.entries.try_send(Entry::Text(text)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Each write is a complete event. It never fails, because there is no place to report a failure.
impl Write for Logging {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.send(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all(mut output: impl Write, format: LogFormat, waiting: &Receiver<Entry>, lost: &AtomicU64) {
    for entry in waiting {
        match entry {
            Entry::Text(text) => {
                // There is no other place to report a failure.
                let _ = output.write_all(&text);
                let lost = lost.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    let text = format!("{lost} lines of the log were lost: standard error was not read");
                    let _ = output.write_all(format.line(&text).as_bytes());
                }
            }
            Entry::Flush(done) => {
                let _ = output.flush();
                let _ = done.try_send(());
            }
        }
    }
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    let backtrace = Backtrace::capture();
    match backtrace.status() {
        BacktraceStatus::Captured => tracing::error!("the thread {thread} {panic}\n{backtrace}"),
        _ => tracing::error!("the thread {thread} {panic}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// An output that blocks while the test holds its lock.
    #[derive(Clone, Default)]
    struct BlockableOutput(Arc<Mutex<Vec<u8>>>);

    impl Write for BlockableOutput {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn blocked_output_loses_lines_and_blocks_no_caller() {
        let output = BlockableOutput::default();
        let logging = Logging::to_output(output.clone(), LogFormat::Text).unwrap();
        let sent = MAX_WAITING + 10;
        {
            let _blocked = output.0.lock().unwrap();
            for n in 0..sent {
                logging.write_line(&n.to_string());
            }
            logging.flush(Duration::from_millis(50));
        }
        logging.flush(Duration::from_secs(30));
        logging.write_line("end");
        logging.flush(Duration::from_secs(30));
        let text = String::from_utf8(output.0.lock().unwrap().clone()).unwrap();
        assert!(text.starts_with("0\n"));
        let lost: usize = text
            .lines()
            .find_map(|line| line.strip_suffix(" lines of the log were lost: standard error was not read"))
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(text.lines().filter(|line| line.parse::<usize>().is_ok()).count() + lost, sent);
        assert!((9..=10).contains(&lost), "{lost}");
        assert!(text.ends_with("end\n"));
    }
}
