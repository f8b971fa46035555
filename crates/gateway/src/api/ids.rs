//! Ids in the form of the contract.

use uuid::Uuid;

/// Parses an id in the only form that the contract allows: 36 characters with hyphens.
pub fn parse_id(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_in_another_form_is_refused() {
        assert!(parse_id("3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35").is_some());
        assert!(parse_id("3F2B8C1E-5D47-4A9B-8E60-1C9F2A7D4B35").is_some());
        for text in ["", "3f2b8c1e5d474a9b8e601c9f2a7d4b35", "{3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35}", "x"] {
            assert!(parse_id(text).is_none(), "{text}");
        }
    }
}
