//! Compressed copies of the console's files.

use std::{ffi::OsString, fs, io::Write, path::Path};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

use super::files;

/// Writes two copies of each file, `NAME.br` and `NAME.gz`, for web servers that send existing compressed files.
pub(super) fn write_all() -> Result<()> {
    // Administrators edit these files, and the copies would then be old.
    let is_editable = |file: &Path| file.ends_with("index.html") || file.ends_with("config.json");
    for file in files::list()?.into_iter().filter(|file| !is_editable(file)) {
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        fs::write(with_suffix(&file, ".br"), brotli(&content)?)?;
        fs::write(with_suffix(&file, ".gz"), gzip(&content)?)?;
    }
    Ok(())
}

fn with_suffix(file: &Path, suffix: &str) -> OsString {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name
}

pub(super) fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22);
    writer.write_all(content)?;
    drop(writer);
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(content)?;
    Ok(writer.finish()?)
}
