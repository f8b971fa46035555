//! The anchors of headings, as GitHub names them.

use std::collections::HashMap;

/// Names the anchors of a page in the order of its headings.
#[derive(Default)]
pub(super) struct Anchors {
    used: HashMap<String, usize>,
}

impl Anchors {
    /// Returns the anchor of the next heading. A repeated heading gets a number.
    pub(super) fn next(&mut self, heading: &str) -> String {
        let slug: String = heading
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let used = self.used.entry(slug.clone()).or_default();
        *used += 1;
        if *used == 1 { slug } else { format!("{slug}-{}", *used - 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::Anchors;

    #[test]
    fn headings_with_marks_and_repetitions_have_the_anchors_of_github() {
        let mut anchors = Anchors::default();
        let headings = ["config.json", "Service and key", "Jobs: `x`", "Service and key"];
        let named: Vec<_> = headings.iter().map(|heading| anchors.next(heading)).collect();
        assert_eq!(named, ["configjson", "service-and-key", "jobs-x", "service-and-key-1"]);
    }
}
