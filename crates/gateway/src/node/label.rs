//! The labels of nodes and jobs.

/// Parses a label of nodes and jobs.
///
/// # Errors
///
/// Fails with a sentence about the characters of labels.
pub fn parse_label(text: &str) -> Result<String, String> {
    let is_valid = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if !text.is_empty() && text.chars().all(is_valid) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not a label: use letters, digits, and - _ . /, for instance gpu"))
    }
}
