//! Suggests a known name in place of a misspelled one.

/// How similar a known name is to a misspelled one, from 0 to 1.
const SIMILARITY: f64 = 0.85;

/// Returns the known name that is the most similar to an unknown one, if one may have been meant.
pub(crate) fn similar<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let similarity = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &unknown.to_lowercase());
    known.max_by(|a, b| similarity(a).total_cmp(&similarity(b))).filter(|name| similarity(name) >= SIMILARITY)
}

/// Returns what to do about an unknown name: to write the similar one, or else `otherwise`.
pub(crate) fn advice(similar: Option<&str>, otherwise: &str) -> String {
    similar.map_or_else(|| otherwise.to_owned(), |name| format!("Did you mean {name:?}?"))
}
