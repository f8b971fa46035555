use std::path::Path;
use std::sync::Arc;

use tokio::io::AsyncWriteExt;

use super::*;
use crate::clock::{RunClock, SharedClock, SystemClock};
use crate::config::parse_command;

/// Returns the log lines of these bytes, each written after a pause in milliseconds.
async fn written(chunks: &[(u64, &[u8])], settings: &str) -> Vec<(i64, String)> {
    let text = format!(
        "[[organization]]\nname = \"Contoso\"\n[[organization.job]]\nname = \"Load\"\ncommand = [\"x\"]\n{settings}\n"
    );
    let command = parse_command(&text, Path::new(""));
    let clock: SharedClock = Arc::new(SystemClock::new());
    let (log, mut entries) = Log::to_channel(RunClock::start(&clock));
    let (mut writer, reader) = tokio::io::duplex(BUFFER);
    let write = async {
        for (wait, bytes) in chunks {
            tokio::time::sleep(Duration::from_millis(*wait)).await;
            writer.write_all(bytes).await.unwrap();
        }
        drop(writer);
    };
    let linger = CancellationToken::new();
    let pump = async {
        assert!(Output::new(&command, &log, Severity::Information).pump(Some(reader), &linger).await);
        drop(log);
    };
    let collect = async {
        let mut lines = Vec::new();
        while let Some(line) = entries.recv().await {
            lines.push((line.severity.number(), line.message));
        }
        lines
    };
    let (_, _, lines) = tokio::join!(write, pump, collect);
    lines
}

fn texts(lines: &[(i64, String)]) -> Vec<&str> {
    lines.iter().map(|(_, text)| text.as_str()).collect()
}

const PATTERNS: &str = "error = ['^ERROR']\nwarning = ['^warn:\\sx$']";

#[tokio::test(start_paused = true)]
async fn patterns_ignore_escapes_and_the_log_keeps_them() {
    let lines = [
        "\x1b[1;31mERROR\x1b[0m: red",
        "\x1b]0;title\x07ERROR: after a title",
        "\x1b]8;;http://127.0.0.1\x1b\\ERROR\x1b]8;;\x1b\\: a link",
        "\u{feff}ERROR: after a mark",
        "\x1b[33mwarn:\x1b[0m\tx\x1b[K",
        "no \x1b[1mERROR\x1b[0m",
    ];
    let found = written(&[(0, lines.join("\n").as_bytes())], PATTERNS).await;
    assert_eq!(texts(&found), [&lines[..4], &lines[4..]].concat());
    assert_eq!(found.iter().map(|(severity, _)| *severity).collect::<Vec<_>>(), [2, 2, 2, 2, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn one_update_per_second_is_written() {
    let updates: Vec<_> = (0..10_000).map(|n| format!("\r{n}")).collect();
    let mut chunks: Vec<_> = updates.chunks(10).map(|some| (3, some.concat())).collect();
    chunks.push((0, "\r10000 of 10000\nend\n".to_owned()));
    let chunks: Vec<_> = chunks.iter().map(|(wait, text)| (*wait, text.as_bytes())).collect();
    let found = written(&chunks, "").await;
    let found = texts(&found);
    assert_eq!(found[found.len() - 2..], ["10000 of 10000", "end"]);
    // Three seconds.
    assert!((4..=5).contains(&found.len()), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn update_with_an_error_is_not_overwritten() {
    let found = written(&[(0, b"1%\rERROR: disk\r2%\r3%\r"), (0, b"\x1b[K\r4%\nend\r")], PATTERNS).await;
    assert_eq!(texts(&found), ["ERROR: disk", "4%", "end"]);
    let found = written(&[(0, b"ERROR: disk\r2%\r3%\r"), (1500, b"4%\n")], PATTERNS).await;
    assert_eq!(found, [(2, "ERROR: disk".to_owned()), (0, "3%".to_owned()), (0, "4%".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn line_without_end_is_written_after_a_second_of_silence() {
    // The cut is in the middle of a character, which is complete with the rest.
    let text = "Kopiere Müller".as_bytes();
    let found = written(&[(0, &text[..10]), (1100, &text[10..]), (900, b" fertig\n")], "").await;
    assert_eq!(texts(&found), ["Kopiere M", "üller fertig"]);
    let found = written(&[(0, b"Password: "), (1100, b"\n\nnext\n")], "").await;
    assert_eq!(texts(&found), ["Password: ", "", "next"]);
    // A progress bar of dots is never silent.
    let dots = vec![(300, &b"."[..]); 60];
    let found = written(&dots, "").await;
    assert_eq!(texts(&found).iter().map(|line| line.len()).collect::<Vec<_>>(), [34, 26]);
}

#[tokio::test(start_paused = true)]
async fn decoding_does_not_depend_on_the_chunks() {
    let utf_16: Vec<u8> = "\u{feff}Zürich\r\n😀\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for size in [1, 2, 3, 5, 100] {
        let chunks: Vec<_> = utf_16.chunks(size).map(|chunk| (1, chunk)).collect();
        assert_eq!(texts(&written(&chunks, "encoding = \"utf-16le\"").await), ["Zürich", "😀"], "{size}");
    }
    assert_eq!(texts(&written(&[(0, b"Z\xfcrich\n\x80")], "encoding = \"latin1\"").await), ["Zürich", "€"]);
    // UTF-8 without a setting; a character that is cut off at the end is replaced.
    let found = written(&[(0, b"\xef\xbb"), (1, b"\xbfa\xff\xc3"), (1, b"\xa9\0b\n\xc3")], "").await;
    assert_eq!(texts(&found), ["a\u{fffd}é\0b", "\u{fffd}"]);
}
