//! Compares the names of jobs without regard to case and normalization, and sorts them naturally.

use std::cmp::Ordering;

use icu_casemap::CaseMapper;
use icu_collator::{
    Collator, CollatorBorrowed, CollatorPreferences, options::CollatorOptions,
    preferences::CollationNumericOrdering,
};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Returns a form of the name for comparisons. Names with the same form differ only in case and Unicode normalization.
pub(crate) fn fold(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(name);
    let folded = CaseMapper::new().fold_string(&decomposed);
    let mut plain = String::with_capacity(folded.len());
    for c in folded.chars() {
        match c {
            // Turkish has an i with a dot and one without, each with its own capital letter. On another keyboard the other
            // case gives the other letter.
            'ı' => plain.push('i'),
            '\u{307}' if plain.ends_with('i') => {}
            c => plain.push(c),
        }
    }
    ComposingNormalizerBorrowed::new_nfkc().normalize(&plain).into_owned()
}

/// Sorts names: numbers by value, and letters with accents next to those without, in any script.
pub(crate) struct NameOrder(CollatorBorrowed<'static>);

impl NameOrder {
    pub(crate) fn new() -> Self {
        let mut preferences = CollatorPreferences::default();
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
        let collator = Collator::try_new(preferences, CollatorOptions::default());
        Self(collator.expect("the root collation is compiled in"))
    }

    pub(crate) fn compare(&self, left: &str, right: &str) -> Ordering {
        self.0.compare(left, right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fold_ignores_case_and_encoding() {
        let equal = [
            ("İstanbul", "istanbul"),
            ("İstanbul", "ISTANBUL"),
            ("I\u{307}stanbul", "İSTANBUL"),
            ("Diyarbakır", "DIYARBAKIR"),
            ("Größe", "GRÖSSE"),
            ("Größe", "gro\u{308}ße"),
            ("Café", "CAFE\u{301}"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("Load\u{a0}1", "load 1"),
            ("ＬＯＡＤ", "load"),
            ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
        ];
        for (one, other) in equal {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        for (one, other) in [("Café", "Cafe"), ("Müller", "Muller"), ("Sales", "Sale")] {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn order_is_natural() {
        let sorted =
            ["älter", "Arbeit", "Ärger", "Load 2", "load 2b", "Load 10", "Load 0100", "Zebra", "日本"];
        // "älter" and "Ärger" sort among the names with a.
        let mut names =
            ["日本", "Zebra", "Load 0100", "Ärger", "Load 10", "load 2b", "Arbeit", "Load 2", "älter"];
        let order = NameOrder::new();
        names.sort_by(|left, right| order.compare(left, right));
        assert_eq!(names, sorted);
    }
}
