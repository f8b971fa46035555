//! Compares the texts in the code with the translations.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use txjobs_sdk::{ExecutionState, JobStatusCode, Severity};

/// Adds the texts of all Rust files in a folder.
fn collect(folder: &Path, texts: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let code = fs::read_to_string(&path).unwrap();
            let code = code.split("#[cfg(test)]\nmod tests").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            add_texts(&lines.collect::<Vec<_>>().join("\n"), texts);
        }
    }
}

/// Adds the arguments of `t`, `tf!` and `tn!`.
fn add_texts(code: &str, texts: &mut BTreeSet<String>) {
    for (call, count) in [("t(", 1), ("tf!(", 1), ("tn!(", 2)] {
        for (at, _) in code.match_indices(call) {
            let is_part_of_name =
                code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == '!');
            let mut rest = &code[at + call.len()..];
            for _ in 0..if is_part_of_name { 0 } else { count } {
                let Some(literal) = rest.trim_start_matches([' ', '\n', ',']).strip_prefix('"') else {
                    break;
                };
                let (text, after) = unescape(literal);
                texts.insert(text);
                rest = after;
            }
        }
    }
}

/// Returns a string literal without its escapes, and the code after it.
fn unescape(literal: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = literal.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, &literal[at + 1..]),
            '\\' => match chars.next().unwrap().1 {
                '\n' => {
                    while chars.as_str().starts_with([' ', '\n']) {
                        chars.next();
                    }
                }
                'n' => text.push('\n'),
                'u' => {
                    let (hex, _) = chars.as_str()[1..].split_once('}').unwrap();
                    text.push(u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).unwrap());
                    chars.nth(hex.len() + 1);
                }
                other => text.push(other),
            },
            c => text.push(c),
        }
    }
    panic!("a string literal has no end");
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
}

#[test]
fn all_texts_are_translated() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = BTreeSet::new();
    collect(&folder.join("src"), &mut texts);
    let states = ExecutionState::ALL.iter().filter_map(|state| state.label());
    texts.extend(states.map(str::to_owned));
    texts.extend(JobStatusCode::ALL.iter().filter_map(|status| status.label()).map(str::to_owned));
    texts.extend(Severity::ALL.iter().filter_map(|severity| severity.label()).map(str::to_owned));
    assert!(texts.len() > 400, "only {} texts were found in the code", texts.len());
    for language in ["da", "de"] {
        let file = fs::read_to_string(folder.join(format!("locales/{language}.json"))).unwrap();
        let translated: BTreeMap<String, String> = serde_json::from_str(&file).unwrap();
        let known: BTreeSet<_> = translated.keys().cloned().collect();
        let missing: Vec<_> = texts.difference(&known).collect();
        let unused: Vec<_> = known.difference(&texts).collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "{language}: missing {missing:#?}, unused {unused:#?}"
        );
        for (english, translation) in &translated {
            assert_eq!(placeholders(english), placeholders(translation), "{language}: {english}");
            assert!(!translation.trim().is_empty() || english.trim().is_empty(), "{language}: {english}");
        }
    }
}
