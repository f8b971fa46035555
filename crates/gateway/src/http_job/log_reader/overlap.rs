//! Finds where a log continues whose beginning has changed, such as one of which an engine keeps the last lines only.

use super::position::{LineHash, ListPosition, TextPosition, hash_line, lines};
use super::texts::TextList;

/// How many lines of an older text must be known, if it begins before the known lines.
const MIN_KNOWN_LINES: usize = 4;

/// Where a text continues whose beginning has changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    /// After so many bytes.
    At(usize),
    /// All of its lines are known: it is an older text.
    IsOlder,
    /// Nowhere. Its lines are new.
    None,
}

/// Finds the last lines that were written in a text.
pub(super) fn overlap(position: &TextPosition, text: &str) -> Overlap {
    let tail = position.tail();
    let complete = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let (ends, hashes): (Vec<_>, Vec<_>) = lines(complete).map(|(end, line)| (end, hash_line(line))).unzip();
    if tail.is_empty() || hashes.is_empty() {
        return Overlap::None;
    }
    // If lines are repeated, the first place is the one at which no line is lost.
    let whole = hashes.windows(tail.len()).position(|window| window == tail).map(|start| start + tail.len());
    // The first line may be cut.
    let partial = || {
        (1..tail.len()).rev().find_map(|length| {
            let known = &tail[tail.len() - length..];
            let begins_with = |skipped: usize| hashes.get(skipped..skipped + length) == Some(known);
            [0, 1].into_iter().find(|skipped| begins_with(*skipped)).map(|skipped| skipped + length)
        })
    };
    match whole.or_else(partial) {
        Some(count) => Overlap::At(ends[count - 1]),
        None if is_older(&tail, &hashes) => Overlap::IsOlder,
        None => Overlap::None,
    }
}

fn is_older(tail: &[LineHash], text: &[LineHash]) -> bool {
    (1..tail.len()).any(|end| {
        let length = end.min(text.len());
        (length == text.len() || length >= MIN_KNOWN_LINES)
            && tail[end - length..end] == text[text.len() - length..]
    })
}

/// Finds how many of the texts of a list were seen in a list that had earlier ones before them.
pub(super) fn texts_seen(position: &ListPosition, list: &TextList) -> Option<usize> {
    let open = &position.open;
    let (known, before) = (open.len(), position.closed + open.len());
    let matches = |seen: usize| {
        let length = seen.min(known);
        let texts = (seen - length..seen).map(|index| list.get(index));
        let pairs = open[known - length..].iter().zip(texts);
        let mut has_text = false;
        for (position, text) in pairs {
            if !position.is_continued_by(text) {
                return false;
            }
            has_text |= position.bytes > 0;
        }
        has_text
    };
    let most = list.len().min(before.saturating_sub(1));
    (known.max(1)..=most)
        .find(|seen| matches(*seen))
        .or_else(|| (1..known).rev().filter(|seen| *seen <= most).find(|seen| matches(*seen)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap_of(written: &str, text: &str) -> Overlap {
        overlap(&TextPosition::new(written, String::new(), 8), text)
    }

    fn numbers(range: std::ops::Range<u32>) -> String {
        range.map(|number| format!("{number}\n")).collect()
    }

    #[test]
    fn text_that_begins_later_continues_after_the_known_lines() {
        assert_eq!(overlap_of("1\n2\n3\n", "2\n3\n4\n"), Overlap::At(4));
        assert_eq!(overlap_of("1\n2\n3\n", "3\n4\n5\n"), Overlap::At(2));
        // The first line is cut.
        assert_eq!(overlap_of("one\ntwo\nthree\n", "o\nthree\nfour\n"), Overlap::At(8));
        assert_eq!(overlap_of(&numbers(0..100), &numbers(50..150)), Overlap::At(150));
        assert_eq!(overlap_of("1\n2\n3\n", "4\n5\n"), Overlap::None);
        assert_eq!(overlap_of("1\n2\n3\n", "4"), Overlap::None);
    }

    #[test]
    fn repeated_lines_are_never_lost() {
        let beats = "beat\n".repeat(20);
        let text = format!("{beats}ERROR\n{beats}");
        assert_eq!(overlap_of(&format!("start\n{beats}"), &text), Overlap::At(8 * 5));
    }

    #[test]
    fn older_text_has_nothing_new() {
        assert_eq!(overlap_of("1\n2\n3\n", "1\n2\n"), Overlap::IsOlder);
        assert_eq!(overlap_of("1\n2\n3\n", "2\n"), Overlap::IsOlder);
        assert_eq!(overlap_of(&numbers(0..100), &numbers(0..97)), Overlap::IsOlder);
    }
}
