//! Loads the translations of a language.

use std::collections::HashMap;

use super::page_file::PageFile;
use crate::text::Language;

/// Far above the size of a file of translations.
const MAX_BYTES: usize = 1_000_000;

/// Loads the translations of a language by their English texts. They are empty for English, and if they cannot be loaded.
pub async fn load_translations(language: Language) -> HashMap<String, String> {
    if language == Language::English {
        return HashMap::new();
    }
    match PageFile::load(&format!("locales/{language}.json"), MAX_BYTES).await {
        PageFile::Loaded(body) => serde_json::from_slice(&body).unwrap_or_default(),
        PageFile::TooLarge | PageFile::Missing => HashMap::new(),
    }
}
