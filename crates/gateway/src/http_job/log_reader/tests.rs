//! Reads logs as engines report them, poll by poll.

use serde_json::{Value, json};

use super::list_reader::Changes;
use super::position::LogPosition;
use super::reader::LogReader;
use super::texts::{TextList, texts_at};
use crate::http_job::Pointer;

/// A log that is read poll by poll. The position is stored and read in between.
#[derive(Default)]
struct Polls {
    position: String,
    changes: Changes,
    written: Vec<String>,
}

impl Polls {
    fn read(&mut self, texts: Vec<TextList>, is_last: bool) -> Vec<String> {
        let position = match self.position.as_str() {
            "" => LogPosition::default(),
            text => serde_json::from_str(text).unwrap(),
        };
        let mut reader = LogReader::new(texts, position, is_last);
        self.changes = reader.changes;
        let mut lines = Vec::new();
        loop {
            let next = reader.next_lines();
            if next.is_empty() {
                break;
            }
            lines.extend(next);
        }
        self.position = serde_json::to_string(reader.position()).unwrap();
        assert!(self.position.len() < 64 * 1024, "{} bytes", self.position.len());
        self.written.extend(lines.iter().cloned());
        lines
    }

    fn poll(&mut self, document: &Value, places: &[&str]) -> Vec<String> {
        let places: Vec<_> = places.iter().map(|place| Pointer::parse(place).unwrap()).collect();
        self.read(texts_at(document, &places), document["end"] == true)
    }
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

const UNCHANGED: Changes = Changes { is_shortened: false, is_replaced: false };
const SHORTENED: Changes = Changes { is_shortened: true, is_replaced: false };
const REPLACED: Changes = Changes { is_shortened: false, is_replaced: true };

#[test]
fn steps_that_grow_in_parallel_are_written_once() {
    let mut polls = Polls::default();
    let steps = |a: &str, b: &str| json!({ "s": [{ "l": a }, { "l": b }] });
    assert_eq!(polls.poll(&steps("a1\n", "b1\n"), &["/s/*/l"]), ["a1", "b1"]);
    assert_eq!(polls.poll(&steps("a1\nERROR\n", "b1\n"), &["/s/*/l"]), ["ERROR"]);
    assert_eq!(polls.poll(&steps("a1\nERROR\n", "b1\nb2\n"), &["/s/*/l"]), ["b2"]);
    assert_eq!(polls.poll(&steps("a1\nERROR\na2\n", "b1\nb2\nb3\n"), &["/s/*/l"]), ["a2", "b3"]);
    assert_eq!(polls.changes, UNCHANGED);
    // Without line ends, and with a step that has no log yet.
    let mut polls = Polls::default();
    let start = json!({ "s": [{ "l": null }, {}, { "l": "c1" }] });
    assert_eq!(polls.poll(&start, &["/s/*/l"]), ["c1"]);
    let next = json!({ "s": [{ "l": "a1" }, { "l": "b1" }, { "l": "c1" }] });
    assert_eq!(polls.poll(&next, &["/s/*/l"]), ["a1", "b1"]);
    let next = json!({ "s": [{ "l": "a1\nERROR" }, { "l": "b1" }, { "l": "c1\nc2" }] });
    assert_eq!(polls.poll(&next, &["/s/*/l"]), [""; 0]);
    let next = json!({ "end": true, "s": [{ "l": "a1\nERROR" }, { "l": "b1" }, { "l": "c1\nc2 and more" }] });
    assert_eq!(polls.poll(&next, &["/s/*/l"]), ["ERROR", "c2 and more"]);
}

#[test]
fn places_that_grow_in_parallel_are_written_once() {
    let mut polls = Polls::default();
    let mut poll = |o: &[&str], e: &[&str]| polls.poll(&json!({ "o": o, "e": e }), &["/o/*", "/e/*"]);
    assert_eq!(poll(&["o1"], &[]), ["o1"]);
    assert_eq!(poll(&["o1"], &["ERROR disk"]), ["ERROR disk"]);
    assert_eq!(poll(&["o1", "", "o2"], &["ERROR disk"]), ["", "o2"]);
    assert_eq!(poll(&["o1", "", "o2", "o2"], &["ERROR disk", "e2"]), ["o2", "e2"]);
    let mut polls = Polls::default();
    let steps = |a: usize, b: usize| json!({ "s": [{ "l": numbers(0..a) }, { "l": numbers(100..b) }] });
    polls.poll(&steps(3, 102), &["/s/*/l/*"]);
    assert_eq!(polls.poll(&steps(4, 104), &["/s/*/l/*"]), ["3", "102", "103"]);
}

#[test]
fn line_without_an_end_waits_until_it_is_complete() {
    let mut polls = Polls::default();
    let text = |text: &str, end: bool| json!({ "l": text, "end": end });
    assert_eq!(polls.poll(&text("line1\r\nline2 hal", false), &["/l"]), ["line1"]);
    assert_eq!(
        polls.poll(&text("line1\r\nline2 half ERROR\n\nline3\u{e4}", false), &["/l"]),
        ["line2 half ERROR", ""]
    );
    assert_eq!(polls.poll(&text("line1\r\nline2 half ERROR\n\nline3\u{e4}", true), &["/l"]), ["line3\u{e4}"]);
    assert_eq!(polls.poll(&text("line1\r\nline2 half ERROR\n\nline3\u{e4}", true), &["/l"]), [""; 0]);
    // A list of one text does not say whether it is a line.
    let mut polls = Polls::default();
    let step = |text: &str| json!({ "s": [{ "l": text }] });
    assert_eq!(polls.poll(&step("Running model a"), &["/s/*/l"]), [""; 0]);
    assert_eq!(polls.poll(&step("Running model a ERROR\nnext"), &["/s/*/l"]), ["Running model a ERROR"]);
    // The elements of an array are lines. One that goes on nevertheless is written again.
    let mut polls = Polls::default();
    assert_eq!(polls.poll(&json!(["Running a"]), &["/*"]), ["Running a"]);
    assert_eq!(polls.poll(&json!(["Running a ERROR"]), &["/*"]), [""; 0]);
    assert_eq!(polls.poll(&json!(["Running a ERROR\n", "b"]), &["/*"]), ["Running a ERROR"]);
}

#[test]
fn window_of_the_last_lines_continues_at_the_overlap() {
    for size in [3, 100, 500] {
        let (mut texts, mut elements) = (Polls::default(), Polls::default());
        for end in (size..size * 3).step_by(size / 2) {
            let window = numbers(end - size..end);
            texts.poll(&json!({ "l": window.join("\n") + "\n" }), &["/l"]);
            elements.poll(&json!({ "l": window }), &["/l/*"]);
            let expected = if end == size { UNCHANGED } else { SHORTENED };
            assert_eq!((texts.changes, elements.changes), (expected, expected));
            assert_eq!((&texts.written, &elements.written), (&numbers(0..end), &numbers(0..end)));
        }
    }
}

#[test]
fn text_without_the_known_lines_is_new() {
    for place in ["/l", "/l/*"] {
        let mut polls = Polls::default();
        let mut poll = |lines: &[&str]| {
            let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            let document = if place == "/l" { json!({ "l": text }) } else { json!({ "l": lines }) };
            (polls.poll(&document, &[place]), polls.changes)
        };
        assert_eq!(poll(&["one", "two", "three"]).1, UNCHANGED);
        // An older state, and none.
        assert_eq!(poll(&["one", "two"]), (vec![], UNCHANGED));
        assert_eq!(poll(&[]), (vec![], UNCHANGED));
        assert_eq!(poll(&["one", "two", "three", "four"]), (vec!["four".to_owned()], UNCHANGED));
        assert_eq!(poll(&["five", "\u{20ac}"]), (vec!["five".to_owned(), "\u{20ac}".to_owned()], REPLACED));
        assert_eq!(poll(&["five", "\u{20ac}", "six"]), (vec!["six".to_owned()], UNCHANGED));
    }
}

#[test]
fn long_logs_are_written_once_with_a_small_position() {
    let mut polls = Polls::default();
    for count in [1, 63, 64, 65, 1000, 1001, 20_000, 20_000, 20_001] {
        polls.poll(&json!({ "l": numbers(0..count) }), &["/l/*"]);
        assert_eq!((polls.written.len(), polls.changes), (count, UNCHANGED));
    }
    assert!(polls.written == numbers(0..20_001));
    let mut polls = Polls::default();
    for count in [10, 5000] {
        let steps: Vec<_> =
            (0..count).map(|step| json!({ "l": numbers(0..3), "t": format!("x{step}\n") })).collect();
        polls.poll(&json!({ "s": steps }), &["/s/*/l/*", "/s/*/t"]);
        assert_eq!((polls.written.len(), polls.changes), (count * 4, UNCHANGED));
    }
}

#[test]
fn position_stays_small_when_lists_come_and_go() {
    let mut polls = Polls::default();
    for step in 0..1000 {
        let mut steps = vec![json!({}); step];
        steps.push(json!({ "l": ["one", "two"] }));
        assert_eq!(polls.poll(&json!({ "s": steps }), &["/s/*/l/*"]), ["one", "two"]);
    }
    assert!(polls.position.len() < 32 * 1024, "{} bytes", polls.position.len());
}
