//! Removes an API key from the bytes of a response.

use axum::body::Bytes;
use memchr::memmem::{Finder, find};
use txjobs_sdk::ApiKey;

/// The length from which a key is removed. A shorter one is part of other words, and responses would be damaged.
const MIN_KEY_LENGTH: usize = 8;

/// Replaces a key in a response by asterisks, also across the ends of chunks.
///
/// A service may repeat the key that it received, for instance in an error. The callers of a relay must not get the key of the relay,
/// and it must not be archived.
#[derive(Debug)]
pub(super) struct KeyMask {
    key: Vec<u8>,
    finder: Option<Finder<'static>>,
    /// The end of the last chunk, if it may be the start of a key.
    held: Vec<u8>,
}

impl KeyMask {
    pub fn new(key: &ApiKey) -> Self {
        let key = key.expose().as_bytes().to_vec();
        let finder = (key.len() >= MIN_KEY_LENGTH).then(|| Finder::new(&key).into_owned());
        Self { key, finder, held: Vec::new() }
    }

    /// Returns the next bytes without the key. Bytes that may be the start of a key are held back.
    pub fn mask(&mut self, bytes: Bytes) -> Bytes {
        let Some(finder) = &self.finder else { return bytes };
        let is_found = finder.find(&bytes).is_some();
        let start = partial_match(&bytes, &self.key);
        if self.held.is_empty() && !is_found && start == bytes.len() {
            return bytes;
        }
        let mut all = std::mem::take(&mut self.held);
        all.extend_from_slice(&bytes);
        mask_all(&mut all, &self.key);
        self.held = all.split_off(partial_match(&all, &self.key));
        all.into()
    }

    /// Returns the bytes that were held back.
    pub fn finish(&mut self) -> Bytes {
        std::mem::take(&mut self.held).into()
    }
}

fn mask_all(bytes: &mut [u8], key: &[u8]) {
    let mut from = 0;
    while let Some(at) = find(&bytes[from..], key) {
        let start = from + at;
        from = start + key.len();
        bytes[start..from].fill(b'*');
    }
}

/// Returns the position of the longest end of these bytes with which the key begins, or their length.
fn partial_match(bytes: &[u8], key: &[u8]) -> usize {
    let first = bytes.len().saturating_sub(key.len() - 1);
    (first..bytes.len()).find(|at| key.starts_with(&bytes[*at..])).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(key: &str, chunks: &[&[u8]]) -> String {
        let mut mask = KeyMask::new(&ApiKey::new(key).unwrap());
        let mut out = Vec::new();
        for chunk in chunks {
            out.extend_from_slice(&mask.mask(Bytes::copy_from_slice(chunk)));
        }
        out.extend_from_slice(&mask.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn key_is_masked_wherever_the_chunks_end() {
        let text = b"abcabcabd abcabcab abcabcabcabd, abcabcabd".as_slice();
        let expected = "********* abcabcab abc*********, *********";
        for size in 1..=text.len() {
            let chunks: Vec<_> = text.chunks(size).collect();
            assert_eq!(masked("abcabcabd", &chunks), expected, "{size}");
        }
    }

    #[test]
    fn bytes_without_the_key_are_not_copied() {
        let mut mask = KeyMask::new(&ApiKey::new("secret-key").unwrap());
        let bytes = Bytes::from_static(b"nothing to see");
        assert_eq!(mask.mask(bytes.clone()).as_ptr(), bytes.as_ptr());
    }

    #[test]
    fn short_key_is_not_masked() {
        assert_eq!(masked("a", &[b"banana"]), "banana");
    }
}
