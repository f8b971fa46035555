//! The configurations in the guides.

use std::fs;

use txjobs_test_support::root;

/// Returns the configuration in a guide.
pub fn configuration(guide: &str) -> String {
    let path = root().join(format!("docs/guides/engines/{guide}.md"));
    let text = fs::read_to_string(&path).unwrap();
    let block = text.split("```toml\n").nth(1).unwrap_or_else(|| panic!("{} has no TOML", path.display()));
    block.split("```").next().unwrap().to_owned()
}

/// Returns the name of the file with the secret.
pub fn secret_file(config: &str) -> String {
    config.split("${file:").nth(1).expect("a secret in a file").split('}').next().unwrap().to_owned()
}

/// Returns the name of the first job.
pub fn job_name(config: &str) -> String {
    let table: toml::Table = config.parse().unwrap();
    table["organization"][0]["job"][0]["name"].as_str().unwrap().to_owned()
}
