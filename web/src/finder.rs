//! Finds a short text in a long one, whatever the case of its ASCII letters, eight bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
/// Letters from the most to the least frequent; what is not here is rarer still in names and logs.
const FREQUENT: &[u8] = b" etaoinsrhldcum01fpgwyb2.:-_vk";

/// What is looked for.
#[derive(Debug)]
pub(crate) struct Finder<'a> {
    needle: &'a [u8],
    /// Its rarest byte, the one after it (or the same one), and how far into it they stand.
    rare: [(u64, u64); 2],
    at: [usize; 2],
}

impl<'a> Finder<'a> {
    /// `needle` is in lower case and not empty.
    pub(crate) fn new(needle: &'a [u8]) -> Self {
        let rarity = |byte: &u8| FREQUENT.iter().position(|other| other == byte).unwrap_or(FREQUENT.len());
        let mut first = 0;
        for at in 1..needle.len().saturating_sub(1) {
            let pair = |at: usize| rarity(&needle[at]) + rarity(&needle[at + 1]);
            if pair(at) > pair(first) {
                first = at;
            }
        }
        let at = [first, (first + 1).min(needle.len() - 1)];
        Self { needle, rare: at.map(|at| pattern(needle[at])), at }
    }

    /// Where it stands first, from `from` on.
    pub(crate) fn find(&self, hay: &[u8], from: usize) -> Option<usize> {
        let end = (hay.len() + 1).checked_sub(self.needle.len())?;
        let [first, second] = self.at.map(|at| hay.get(from + at..).unwrap_or_default());
        let mut here = from;
        for (one, other) in first.chunks_exact(8).zip(second.chunks_exact(8)) {
            let mut marks = fits(one, self.rare[0]) & fits(other, self.rare[1]);
            while marks != 0 {
                let at = here + marks.trailing_zeros() as usize / 8;
                if self.is_at(hay, at) {
                    return Some(at);
                }
                marks &= marks - 1;
            }
            here += 8;
        }
        (here..end).find(|at| self.is_at(hay, *at))
    }

    fn is_at(&self, hay: &[u8], at: usize) -> bool {
        hay.get(at..at + self.needle.len()).is_some_and(|there| there.eq_ignore_ascii_case(self.needle))
    }
}

/// A byte eight times, and the bit that tells its cases apart, if it is a letter.
fn pattern(byte: u8) -> (u64, u64) {
    let case = if byte.is_ascii_lowercase() { 0x20 } else { 0 };
    (u64::from(byte) * ONES, case * ONES)
}

/// The highest bit of each of eight bytes that may be this one, among them of every one that is.
fn fits(bytes: &[u8], (byte, case): (u64, u64)) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(bytes);
    let differs = (u64::from_le_bytes(word) | case) ^ byte;
    differs.wrapping_sub(ONES) & !differs & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_plain_way_finds_it() {
        let hay = b"Deploying table [DW].[dbo].[FactInvoice], 12,400 of 98,000 rows; Re\xc3\xa9ading [stg].[X] @`{[ zz".repeat(3);
        let lower = hay.to_ascii_lowercase();
        for from in [0, 1, 7, 100, hay.len()] {
            for start in 0..97 {
                for length in [1, 2, 3, 9, 40] {
                    let Some(needle) = lower.get(start..start + length) else { continue };
                    let plain = lower[from..].windows(length).position(|there| there == needle);
                    let found = Finder::new(needle).find(&hay, from);
                    assert_eq!(found, plain.map(|at| at + from), "{start} {length}");
                }
            }
        }
        assert_eq!(Finder::new(b"zzz").find(b"zz", 0), None);
        assert_eq!(Finder::new(b"x").find(b"", 0), None);
    }
}
