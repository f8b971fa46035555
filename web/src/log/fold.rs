//! Folds text for searching, so that texts that people read as equal are equal.
//!
//! Folding ignores case, also of ß and İ. It composes letters and accents (NFC), and removes the escape sequences that
//! color a terminal and characters without width.

use crate::model::{format, visible_text::is_invisible};

/// How a message has to be searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum TextKind {
    /// Only ASCII that folding changes to lower case.
    Ascii,
    /// Folding changes no character to ASCII or away, so that ASCII can be found without folding.
    Unicode,
    /// Must be folded.
    Folded,
}

impl TextKind {
    pub(super) fn of(text: &str) -> Self {
        if text.is_ascii() {
            return if text.as_bytes().contains(&ESCAPE) { Self::Folded } else { Self::Ascii };
        }
        let needs_folding = |c: char| {
            c == char::from(ESCAPE)
                || matches!(c, 'ß' | 'ẞ' | 'İ' | 'ı' | 'ſ' | '\u{300}'..='\u{36f}' | '\u{212a}')
                || is_ignored(c)
        };
        if text.chars().any(needs_folding) { Self::Folded } else { Self::Unicode }
    }
}

const ESCAPE: u8 = 0x1b;
/// Begins a control sequence like an escape with a bracket.
const CONTROL_SEQUENCE: char = '\u{9b}';

/// A folded text and where its parts come from.
#[derive(Debug, Default)]
pub(super) struct FoldedText {
    pub(super) text: String,
    /// For each part the start in the folded text and the range in the source.
    parts: Vec<(usize, std::ops::Range<usize>)>,
}

impl FoldedText {
    pub(super) fn new(source: &str) -> Self {
        let mut folded = Self::default();
        let parts = &mut folded.parts;
        fold_into(&mut folded.text, source, |start, range| parts.push((start, range)));
        folded
    }

    /// Returns the part of the source for a range of the folded text.
    pub(super) fn source_range(&self, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let part = |at: usize| self.parts.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let (first, last) = (part(range.start), part(range.end.saturating_sub(1)));
        let source = |part: usize| self.parts.get(part).map_or(0..0, |(_, range)| range.clone());
        source(first).start..source(last).end
    }
}

/// Returns the folded text.
pub(super) fn fold(source: &str) -> String {
    let mut folded = String::with_capacity(source.len());
    fold_into(&mut folded, source, |_, _| {});
    folded
}

/// Appends the folded source. Calls `on_part` for each letter with its start in the folded text and its source range.
pub(super) fn fold_into(
    folded: &mut String,
    source: &str,
    mut on_part: impl FnMut(usize, std::ops::Range<usize>),
) {
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let start = at;
        at += first.len_utf8();
        if first == char::from(ESCAPE) {
            at += sequence_length(&source[at..]);
            continue;
        }
        if is_ignored(first) {
            at += if first == CONTROL_SEQUENCE { control_sequence_length(&source[at..]) } else { 0 };
            continue;
        }
        let (mut letter, before) = (first, folded.len());
        while let Some(mark) = source[at..].chars().next().filter(|mark| is_mark(*mark)) {
            letter = match format::compose_pair(letter, mark) {
                Some(composed) => composed,
                // The dot of i, which İ has in lower case, too.
                None if matches!(letter, 'i' | 'ı') && mark == '\u{307}' => letter,
                None => break,
            };
            at += mark.len_utf8();
        }
        push_lowercase(folded, letter);
        on_part(before, start..at);
    }
}

/// Returns whether the character may compose with the one before it: an accent, a voice mark of Japanese, or a vowel or final
/// consonant of Korean.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}' | '\u{1161}'..='\u{1175}' | '\u{11a8}'..='\u{11c2}')
}

fn is_ignored(c: char) -> bool {
    !c.is_ascii() && is_invisible(c)
}

fn push_lowercase(folded: &mut String, c: char) {
    match c {
        'ß' | 'ẞ' => folded.push_str("ss"),
        'İ' | 'ı' => folded.push('i'),
        'ſ' => folded.push('s'),
        'ς' => folded.push('σ'),
        c if c.is_ascii() => folded.push(c.to_ascii_lowercase()),
        c => folded.extend(c.to_lowercase()),
    }
}

/// Returns the length of an escape sequence after its first character, or 0 if the sequence is incomplete.
fn sequence_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    match bytes.first() {
        Some(b'[') => match control_sequence_length(&rest[1..]) {
            0 => 0,
            length => length + 1,
        },
        // An operating system command, for example a link. It ends with a bell or with another escape sequence.
        Some(b']') => match bytes.iter().position(|byte| matches!(*byte, 7 | ESCAPE)) {
            Some(end) if bytes[end] == 7 => end + 1,
            Some(end) if bytes.get(end + 1) == Some(&b'\\') => end + 2,
            _ => 0,
        },
        Some(b' '..=b'/') if bytes.get(1).is_some_and(|byte| matches!(byte, b'0'..=b'~')) => 2,
        Some(b'0'..=b'~') => 1,
        _ => 0,
    }
}

/// Returns the length of parameters and final byte of a control sequence, or 0 if it is incomplete.
fn control_sequence_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let end = bytes.iter().position(|byte| !matches!(byte, b' '..=b'?')).unwrap_or(bytes.len());
    if bytes.get(end).is_some_and(|byte| matches!(byte, b'@'..=b'~')) { end + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_ignored_in_all_scripts() {
        assert_eq!(fold("GROẞE Straße"), "grosse strasse");
        assert_eq!(fold("İSTANBUL I\u{307}stanbul ıi"), "istanbul istanbul ii");
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
        assert_eq!(fold("ſ \u{212a}elvin"), "s kelvin");
    }

    #[test]
    fn composed_and_decomposed_letters_are_equal() {
        for (composed, decomposed) in [
            ("Größe", "Gro\u{308}ße"),
            ("ệ", "e\u{323}\u{302}"),
            ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
            ("が", "か\u{3099}"),
            ("Å", "\u{212b}"),
        ] {
            assert_eq!(fold(composed), fold(decomposed), "{composed}");
        }
        assert_ne!(fold("é"), fold("e"));
    }

    #[test]
    fn escape_sequences_are_removed() {
        assert_eq!(fold("\u{1b}[31mERROR \u{1b}[0m: no such"), "error : no such");
        assert_eq!(fold("\u{1b}[1;38;5;200mA\u{1b}[K\u{9b}0mB"), "ab");
        assert_eq!(fold("\u{1b}]8;;https://x\u{1b}\\link\u{1b}]8;;\u{7}"), "link");
        assert_eq!(fold("\u{1b}(B\u{1b}=x\u{1b}"), "x");
        assert_eq!(fold("\u{1b}[31é"), "[31é", "an incomplete sequence stays");
        assert_eq!(fold("in\u{200b}voi\u{ad}ce"), "invoice");
    }

    #[test]
    fn source_range_covers_whole_letters() {
        let source = "x\u{1b}[31mGro\u{308}ße";
        let folded = FoldedText::new(source);
        assert_eq!(folded.text, "xgrösse");
        let range = |text: &str| {
            let start = folded.text.find(text).unwrap();
            &source[folded.source_range(start..start + text.len())]
        };
        assert_eq!((range("g"), range("ö"), range("s"), range("rös")), ("G", "o\u{308}", "ß", "ro\u{308}ß"));
    }

    #[test]
    fn text_kind_tells_what_needs_folding() {
        for (text, kind) in [
            ("Plain", TextKind::Ascii),
            ("\u{1b}[0m", TextKind::Folded),
            ("æøå 表", TextKind::Unicode),
            ("Straße", TextKind::Folded),
            ("o\u{308}", TextKind::Folded),
            ("a\u{200b}", TextKind::Folded),
        ] {
            assert_eq!(TextKind::of(text), kind, "{text:?}");
        }
    }
}
