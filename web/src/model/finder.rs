//! Substring search that ignores the case of ASCII letters and compares eight bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
/// Bytes by descending frequency in names and logs. All other bytes are rarer.
const FREQUENT: &[u8] = b" etaoinsrhldcum01fpgwyb2.:-_vk";

/// A prepared search for one text.
#[derive(Debug)]
pub(crate) struct Finder<'a> {
    needle: &'a [u8],
    /// Patterns of the rarest pair of adjacent bytes. Both are the same byte in a needle of one byte.
    patterns: [(u64, u64); 2],
    /// Offsets of the pair in the needle.
    offsets: [usize; 2],
}

impl<'a> Finder<'a> {
    /// Prepares a search. `needle` must be lower case and not empty.
    pub(crate) fn new(needle: &'a [u8]) -> Self {
        let rarity = |byte: &u8| FREQUENT.iter().position(|other| other == byte).unwrap_or(FREQUENT.len());
        let mut first = 0;
        for at in 1..needle.len().saturating_sub(1) {
            let pair = |at: usize| rarity(&needle[at]) + rarity(&needle[at + 1]);
            if pair(at) > pair(first) {
                first = at;
            }
        }
        let offsets = [first, (first + 1).min(needle.len() - 1)];
        Self { needle, patterns: offsets.map(|at| pattern(needle[at])), offsets }
    }

    /// Returns the position of the first match at or after `from`.
    pub(crate) fn find(&self, haystack: &[u8], from: usize) -> Option<usize> {
        let end = (haystack.len() + 1).checked_sub(self.needle.len())?;
        let [first, second] = self.offsets.map(|at| haystack.get(from + at..).unwrap_or_default());
        let mut position = from;
        for (one, other) in first.chunks_exact(8).zip(second.chunks_exact(8)) {
            let mut candidates = match_mask(one, self.patterns[0]) & match_mask(other, self.patterns[1]);
            while candidates != 0 {
                let at = position + candidates.trailing_zeros() as usize / 8;
                if self.matches_at(haystack, at) {
                    return Some(at);
                }
                candidates &= candidates - 1;
            }
            position += 8;
        }
        (position..end).find(|at| self.matches_at(haystack, *at))
    }

    fn matches_at(&self, haystack: &[u8], at: usize) -> bool {
        haystack.get(at..at + self.needle.len()).is_some_and(|part| part.eq_ignore_ascii_case(self.needle))
    }
}

/// Returns the byte repeated eight times, and for a letter the repeated bit that distinguishes its cases.
fn pattern(byte: u8) -> (u64, u64) {
    let case = if byte.is_ascii_lowercase() { 0x20 } else { 0 };
    (u64::from(byte) * ONES, case * ONES)
}

/// Returns a mask with the highest bit of each byte that may match. It contains every real match and may contain
/// others.
fn match_mask(bytes: &[u8], (byte, case): (u64, u64)) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(bytes);
    let differs = (u64::from_le_bytes(word) | case) ^ byte;
    differs.wrapping_sub(ONES) & !differs & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finder_returns_the_same_as_a_naive_search() {
        let haystack = b"Deploying table [DW].[dbo].[FactInvoice], 12,400 of 98,000 rows; Re\xc3\xa9ading [stg].[X] @`{[ zz".repeat(3);
        let lower = haystack.to_ascii_lowercase();
        for from in [0, 1, 7, 100, haystack.len()] {
            for start in 0..97 {
                for length in [1, 2, 3, 9, 40] {
                    let Some(needle) = lower.get(start..start + length) else { continue };
                    let plain = lower[from..].windows(length).position(|part| part == needle);
                    let found = Finder::new(needle).find(&haystack, from);
                    assert_eq!(found, plain.map(|at| at + from), "{start} {length}");
                }
            }
        }
        assert_eq!(Finder::new(b"zzz").find(b"zz", 0), None);
        assert_eq!(Finder::new(b"x").find(b"", 0), None);
    }
}
