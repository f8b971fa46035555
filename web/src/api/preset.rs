//! Loads `config.json`.

use super::page_file::PageFile;
use crate::model::config::Preset;

/// Loads `config.json` from the folder of the page. Returns the default if the file does not exist.
pub async fn load_preset() -> Preset {
    match PageFile::load("config.json", Preset::MAX_BYTES).await {
        PageFile::Loaded(body) => Preset::parse(&body),
        PageFile::TooLarge => Preset::too_large(),
        PageFile::Missing => Preset::default(),
    }
}
