//! The texts of an engine's log, as a response has them.

use serde_json::Value;

use crate::http_job::pointer::{Pointer, scalar_text};

/// The most lists whose positions are stored. Further ones of a place are taken as one list.
const MAX_LISTS: usize = 64;

/// Consecutive texts: the elements of an array, or their members, or a single text. Each may grow.
#[derive(Debug, Default)]
pub(in crate::http_job) struct TextList {
    /// Identifies the list in the next responses.
    pub key: String,
    /// Whether the texts are the elements of an array, each of which is a line or several.
    pub has_elements: bool,
    text: String,
    /// Where each text ends, and whether it is present.
    ends: Vec<(usize, bool)>,
}

impl TextList {
    /// Returns the list of a text.
    pub fn of_text(text: String) -> Self {
        Self { ends: vec![(text.len(), true)], text, ..Self::default() }
    }

    /// Returns the number of texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns a text. It is empty if it is missing.
    pub fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before].0);
        &self.text[start..self.ends[index].0]
    }

    /// Returns whether a text is present.
    pub fn is_present(&self, index: usize) -> bool {
        self.ends[index].1
    }

    /// Iterates over the texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    fn push(&mut self, text: Option<&str>) {
        self.text.push_str(text.unwrap_or_default());
        self.ends.push((self.text.len(), text.is_some()));
    }
}

/// Returns the texts at these places.
pub(in crate::http_job) fn texts_at(document: &Value, places: &[Pointer]) -> Vec<TextList> {
    let max_lists = (MAX_LISTS / places.len().max(1)).max(1);
    let mut lists: Vec<TextList> = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let first = lists.len();
        let mut last_outer: Vec<usize> = Vec::new();
        place.visit(document, &mut |indexes, value| {
            let (index, outer) = indexes.split_last().map_or((0, indexes), |(last, outer)| (*last, outer));
            let count = lists.len() - first;
            let is_rest = count > max_lists;
            let is_same = count > 0 && (is_rest || last_outer == outer);
            if !is_same {
                last_outer = outer.to_vec();
                let key = if count < max_lists { key(number, outer) } else { format!("{number}/rest") };
                lists.push(TextList { key, has_elements: place.is_of_elements(), ..TextList::default() });
            }
            let is_rest = lists.len() - first > max_lists;
            let Some(list) = lists.last_mut() else { return };
            while !is_rest && list.len() < index {
                list.push(None);
            }
            list.push(scalar_text(value).as_deref());
        });
    }
    lists
}

fn key(place: usize, outer: &[usize]) -> String {
    let indexes = outer.iter().map(|index| format!("/{index}"));
    std::iter::once(place.to_string()).chain(indexes).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lists(document: &Value, places: &[&str]) -> Vec<(String, Vec<String>)> {
        let places: Vec<_> = places.iter().map(|place| Pointer::parse(place).unwrap()).collect();
        let lists = texts_at(document, &places);
        lists.iter().map(|list| (list.key.clone(), list.iter().map(str::to_owned).collect())).collect()
    }

    #[test]
    fn texts_keep_their_places_when_others_are_missing() {
        let document =
            json!({ "s": [{ "l": null }, {}, { "l": "b" }], "o": "x", "n": [["a", 1], [], ["c"]] });
        let found = lists(&document, &["/s/*/l", "/o", "/n/*/*"]);
        let expected =
            [("0", vec!["", "", "b"]), ("1", vec!["x"]), ("2/0", vec!["a", "1"]), ("2/2", vec!["c"])];
        assert_eq!(found.len(), expected.len());
        for ((key, texts), (expected_key, expected)) in found.iter().zip(expected) {
            assert_eq!((key.as_str(), texts.iter().map(String::as_str).collect()), (expected_key, expected));
        }
    }

    #[test]
    fn number_of_lists_is_bounded() {
        let document = json!(vec![vec!["x", "y"]; 1000]);
        let found = lists(&document, &["/*/*"]);
        assert_eq!(found.len(), MAX_LISTS + 1);
        assert_eq!(found[MAX_LISTS].1.len(), 2 * (1000 - MAX_LISTS));
    }
}
