use std::collections::HashSet;

use super::*;

fn all() -> Vec<String> {
    everything().into_iter().map(|told| told.message).collect()
}

#[test]
fn every_class_is_there() {
    let texts = all();
    let any = |what: &str, of: &dyn Fn(&str) -> bool| assert!(texts.iter().any(|t| of(t)), "{what}");
    any("markup", &|t| t.contains("<script>"));
    any("an attribute's end", &|t| t.starts_with('"') && t.contains("onmouseover"));
    any("a template", &|t| t.contains("{{") && t.contains("}}"));
    any("a format string", &|t| t.contains("%n") && t.contains("{0}"));
    any("SQL", &|t| t.contains("DROP TABLE"));
    any("an escape sequence", &|t| t.contains("\u{1b}[2J"));
    any("a title of the terminal", &|t| t.contains("\u{1b}]0;"));
    for control in (0..0x20).chain([0x7f, 0x85, 0x9b]) {
        let control = char::from_u32(control).unwrap();
        any(&format!("{control:?}"), &|t| t.contains(control));
    }
    for bidi in ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}') {
        any(&format!("{bidi:?}"), &|t| t.contains(bidi));
    }
    for zero_width in ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}'] {
        any(&format!("{zero_width:?}"), &|t| t.contains(zero_width));
    }
    any("a stack of marks", &|t| t.matches(|c| ('\u{300}'..='\u{36f}').contains(&c)).count() > 100);
    any("Arabic", &|t| t.contains("مستودع"));
    any("Hebrew", &|t| t.contains("נתונים"));
    any("Japanese", &|t| t.contains("データ"));
    any("outside the basic plane", &|t| t.contains('𠮷'));
    any("a family", &|t| t.contains("👩\u{200d}👩\u{200d}👧"));
    any("a flag", &|t| t.contains("🇩🇰"));
    any("CRLF", &|t| t.contains("\r\n"));
    any("a lone CR", &|t| t.replace("\r\n", "").contains('\r'));
    any("a lone LF", &|t| t.replace("\r\n", "").contains('\n'));
    any("a long word", &|t| (3000..10_000).contains(&t.len()) && !t.contains(' '));
    any("nothing", &str::is_empty);
    any("blanks around", &|t| t != t.trim() && !t.trim().is_empty());
    any("only blanks", &|t| !t.is_empty() && t.trim().is_empty());
    any("a path", &|t| t.contains("../.."));
    any("an address", &|t| t.starts_with("javascript:"));
    any("a replacement character", &|t| t == "\u{fffd}");
    any("a noncharacter", &|t| t.contains('\u{ffff}') && t.contains('\u{fffe}'));
    any("JSON in JSON", &|t| t.starts_with('{') && t.contains("\\\\\\\""));
    for formula in ['=', '+', '-', '@', '\t'] {
        any(&format!("a formula: {formula:?}"), &|t| t.starts_with(formula));
    }
    any("a prototype", &|t| t == "__proto__");
}

#[test]
fn one_line_has_five_million_bytes() {
    let lengths: Vec<_> = all().iter().map(String::len).filter(|&length| length > 100_000).collect();
    assert_eq!(lengths, [LONGEST]);
}

#[test]
fn every_text_survives_json() {
    for text in all().into_iter().chain((0..200).map(name)) {
        let json = serde_json::to_string(&text).unwrap();
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}

#[test]
fn names_are_empty_the_same_and_long() {
    let names: Vec<_> = (0..200).map(name).collect();
    assert_eq!(names[1], "");
    assert!(names.iter().any(|name| name.chars().count() == LONG_NAME && !name.contains(' ')));
    assert!(names.iter().any(|name| name.chars().count() == LONG_NAME && name.contains(' ')));
    assert!(names.iter().filter(|name| *name == "The same name").count() > 1);
    let first: HashSet<_> = names[..CLASSES.len()].iter().collect();
    assert_eq!(first.len(), CLASSES.len(), "the first ones differ");
}
