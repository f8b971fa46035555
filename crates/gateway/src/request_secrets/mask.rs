//! Removes secrets from what is written about requests.

use std::collections::VecDeque;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use super::decode::DecodedText;
use super::forms::{Form, MAX_LAYERS, forms};
use super::secret::MIN_LENGTH;

const MASK: &str = "***";
/// How many tokens are masked. A server may repeat one that was replaced, but not for long.
const MAX_TOKENS: usize = 4;

/// Replaces secrets by asterisks, also if they have escapes of JSON, URLs, or HTML, or are in Base64. It has no `Debug`.
#[derive(Default)]
pub(crate) struct SecretMask {
    secrets: Vec<String>,
    tokens: VecDeque<String>,
    /// Created when it is needed, after the last change.
    search: OnceLock<Search>,
}

/// Finds the forms of all secrets. `None`: there are more than can be searched for.
struct Search {
    forms: Vec<Form>,
    automaton: Option<AhoCorasick>,
}

impl SecretMask {
    /// Adds a secret. Earlier ones stay, because a server may repeat one that was replaced.
    pub fn add(&mut self, secret: &str) {
        if !secret.is_empty() && !self.secrets.iter().any(|other| other == secret) {
            self.secrets.push(secret.to_owned());
            self.search.take();
        }
    }

    /// Adds a token that a server chose and replaces often. Only the latest ones stay. One that is short is not added, because other
    /// text would be damaged.
    pub fn add_token(&mut self, token: &str) {
        if token.len() < MIN_LENGTH || self.tokens.iter().any(|other| other == token) {
            return;
        }
        if self.tokens.len() == MAX_TOKENS {
            self.tokens.pop_front();
        }
        self.tokens.push_back(token.to_owned());
        self.search.take();
    }

    /// Adds a secret that a server chose, unless it is so short that other text would be damaged.
    pub fn add_if_long(&mut self, secret: &str) {
        if secret.len() >= MIN_LENGTH {
            self.add(secret);
        }
    }

    /// Returns the text without the secrets.
    pub fn mask(&self, text: &str) -> String {
        let (mut masked, mut end) = (String::new(), 0);
        for (start, next) in self.ranges(text) {
            masked.push_str(&text[end..start]);
            masked.push_str(MASK);
            end = next;
        }
        masked.push_str(&text[end..]);
        masked
    }

    /// Returns whether the text contains a secret.
    pub fn is_in(&self, text: &str) -> bool {
        !self.ranges(text).is_empty()
    }

    /// Returns the ranges of the text that contain secrets, in their order and without overlaps.
    fn ranges(&self, text: &str) -> Vec<(usize, usize)> {
        if self.secrets.is_empty() && self.tokens.is_empty() {
            return Vec::new();
        }
        let search = self.search.get_or_init(|| Search::new(self.secrets.iter().chain(&self.tokens)));
        let mut ranges = Vec::new();
        search.add_ranges(text.as_bytes(), |start, end| (start, end), &mut ranges);
        if memchr::memchr3(b'\\', b'%', b'&', text.as_bytes()).is_some() {
            let mut layer = DecodedText::of(text);
            for _ in 0..MAX_LAYERS {
                let Some(decoded) = layer.decode() else { break };
                layer = decoded;
                search.add_ranges(&layer.bytes, |start, end| layer.range(start, end), &mut ranges);
            }
        }
        ranges.sort_unstable();
        let mut merged: Vec<(usize, usize)> = Vec::new();
        for (start, end) in ranges {
            // A form of a secret that is not UTF-8 may end within a character.
            let (start, end) = (text.floor_char_boundary(start), text.ceil_char_boundary(end));
            match merged.last_mut() {
                Some((_, last)) if start < *last => *last = end.max(*last),
                _ => merged.push((start, end)),
            }
        }
        merged
    }
}

impl Search {
    fn new<'a>(secrets: impl Iterator<Item = &'a String>) -> Self {
        let mut forms: Vec<_> = secrets.flat_map(|secret| forms(secret)).collect();
        forms.sort();
        forms.dedup();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            // Much smaller than the others for a token of some kilobytes.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(forms.iter().map(|form| &form.bytes));
        Self { forms, automaton: automaton.ok() }
    }

    /// Adds the ranges of the secrets in these bytes.
    fn add_ranges(
        &self,
        bytes: &[u8],
        to_text: impl Fn(usize, usize) -> (usize, usize),
        ranges: &mut Vec<(usize, usize)>,
    ) {
        let Some(automaton) = &self.automaton else {
            return ranges.push(to_text(0, bytes.len()));
        };
        // One secret may contain or overlap another one.
        let Ok(matches) = automaton.try_find_overlapping_iter(Input::new(bytes)) else {
            return ranges.push(to_text(0, bytes.len()));
        };
        for found in matches {
            let (start, end) = match self.forms[found.pattern().as_usize()].is_base64 {
                true => with_neighbors(bytes, found.start(), found.end()),
                false => (found.start(), found.end()),
            };
            let range = to_text(start, end);
            // A secret of repeated characters is found at each of them.
            match ranges.last_mut() {
                Some((first, last)) if range.0 <= *last && range.0 >= *first => *last = range.1.max(*last),
                _ => ranges.push(range),
            }
        }
    }
}

/// Extends a range by the characters of Base64 that contain the first and the last bits of the secret, and by the padding.
fn with_neighbors(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let is_base64 =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte));
    let before = start.checked_sub(1).filter(|before| is_base64(bytes.get(*before)));
    let mut end = if is_base64(bytes.get(end)) { end + 1 } else { end };
    for _ in 0..2 {
        end += usize::from(bytes.get(end) == Some(&b'='));
    }
    (before.unwrap_or(start), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latest_tokens_are_masked_and_their_number_is_bounded() {
        let mut mask = SecretMask::default();
        mask.add("access/token/0");
        for number in 0..100 {
            mask.add_token(&format!("access/token/{number}"));
            mask.add_token(&format!("access/token/{number}"));
            mask.add_token("short");
        }
        for number in [0, 96, 97, 98, 99] {
            assert_eq!(mask.mask(&format!("a access%2Ftoken%2F{number} b")), "a *** b");
        }
        assert_eq!(mask.mask("short access/token/9 access/token/95"), "short access/token/9 access/token/95");
        assert_eq!((mask.secrets.len(), mask.tokens.len()), (1, MAX_TOKENS));
    }

    #[test]
    fn secrets_are_masked_in_every_form() {
        let mut mask = SecretMask::default();
        mask.add("p\"ss/w rd+1");
        mask.add("p\"ss/w rd+1 and more");
        mask.add("second-secret");
        for text in [
            "p\"ss/w rd+1",
            "p\\\"ss/w rd+1",
            "p%22ss%2Fw%20rd%2B1",
            "p%22ss%2Fw+rd%2B1",
            "p\"ss/w rd+1 and more",
            "second-secret",
            "second%2Dsecret",
        ] {
            assert_eq!(mask.mask(&format!("a {text} b")), "a *** b");
            assert!(mask.is_in(text));
        }
        assert_eq!(mask.mask("second secret"), "second secret");
    }

    /// The usual escapes of servers: PHP, .NET, Go, Python, browsers, and web pages.
    #[test]
    fn secrets_are_masked_with_the_escapes_of_servers() {
        let secret = "p+a/b=&<x>\"q'z~\u{e9}9";
        let mut mask = SecretMask::default();
        mask.add(secret);
        for text in [
            r#"p+a\/b=&<x>\"q'z~\u00e99"#,
            r#"p\u002Ba/b=\u0026\u003Cx\u003E\u0022q\u0027z~\u00E99"#,
            "p%2ba%2fb%3d%26%3cx%3e%22q%27z%7e%c3%a99",
            "p%2Ba/b%3D%26%3Cx%3E%22q%27z~%C3%A99",
            "p+a/b=&amp;&lt;x&gt;&quot;q&#x27;z~&#233;9",
            r#"p+a\\\/b=&<x>\\\"q'z~\\u00e99"#,
            "p%252Ba%252Fb%253D%2526%253Cx%253E%2522q%2527z~%25C3%25A99",
            "p%2ba%2fb=&amp;&lt;x>\"q'z~\u{e9}9",
        ] {
            assert_eq!(mask.mask(&format!("\u{e9}a {text} b%")), "\u{e9}a *** b%");
            assert!(mask.is_in(text), "{text}");
        }
    }

    #[test]
    fn secrets_are_masked_in_base64() {
        use base64::Engine as _;
        use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
        let secret = "hunter2>>??hunter2!";
        let mut mask = SecretMask::default();
        mask.add(secret);
        for user in ["", "u", "us", "use", "user@example.com"] {
            for after in ["", "1", "12", "123", "12345"] {
                let clear = format!("\0{user}\0{secret}{after}");
                for encoded in
                    [STANDARD.encode(&clear), URL_SAFE.encode(&clear), STANDARD_NO_PAD.encode(&clear)]
                {
                    let text = mask.mask(&format!("535 bad AUTH PLAIN {encoded} x"));
                    assert!(text.starts_with("535 bad AUTH PLAIN ") && text.ends_with(" x"), "{text}");
                    let (left, right) = text[19..text.len() - 2].split_once(MASK).unwrap();
                    assert!(
                        left.len() <= (user.len() + 2) * 4 / 3 && right.len() <= after.len() * 4 / 3 + 3,
                        "{text}"
                    );
                    assert_eq!(left, &encoded[..left.len()]);
                }
            }
        }
        assert_eq!(mask.mask(&format!("a {} b", STANDARD.encode(secret).replace('+', "%2b"))), "a *** b");
    }

    #[test]
    fn secrets_that_look_like_escapes_or_overlap_are_masked() {
        let mut mask = SecretMask::default();
        mask.add(r"C:\new\u0041%41&amp;z");
        for text in [r"C:\new\u0041%41&amp;z", r"C:\\new\\u0041%41&amp;z", "C:%5Cnew%5Cu0041%2541%26amp;z"] {
            assert_eq!(mask.mask(&format!("a {text} b")), "a *** b");
        }
        mask.add("first-second");
        mask.add("second-third");
        mask.add("aaaaaaaa");
        assert_eq!(mask.mask("x first-second-third y aaaaaaaaaaaa z"), "x *** y *** z");
        // It would be three characters without its escapes.
        mask.add("%41%42%43");
        assert_eq!(mask.mask("ABC %41%42%43"), "ABC ***");
        mask.add("ends with %C3%28");
        assert_eq!(mask.mask("\u{e9}ends with %C3%28\u{e9}"), "\u{e9}***\u{e9}");
    }
}
