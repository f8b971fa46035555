//! `cargo xtask settings`: the JSON Schema of gateway.toml, and the tables of its reference page.
//!
//! The comments of the types that read the file are the only source.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

use crate::process;

pub(crate) const HELP: &str = "\
Writes docs/reference/gateway.schema.json, and the tables in docs/reference/gateway-toml.md, from the types and comments in
crates/gateway/src/config.

Usage: cargo xtask settings";

const SCHEMA: &str = "docs/reference/gateway.schema.json";
const PAGE: &str = "docs/reference/gateway-toml.md";
/// The name of the table that has no header.
const TOP_LEVEL: &str = "top level";
const END: &str = "<!-- end of keys -->";

/// Writes the generated files.
pub(crate) fn write() -> Result<()> {
    process::run(&mut process::cargo("build --quiet -p txjobs-gateway"))?;
    let (schema, page) = generate(Path::new("target/debug"))?;
    fs::write(SCHEMA, schema).with_context(|| format!("cannot write {SCHEMA}"))?;
    fs::write(PAGE, page).with_context(|| format!("cannot write {PAGE}"))
}

/// Finds generated files that are not current. `built` is the folder of the gateway.
pub(crate) fn problems(built: &Path) -> Result<Vec<String>> {
    let (schema, page) = generate(built)?;
    let mut problems = Vec::new();
    for (file, current) in [(SCHEMA, schema), (PAGE, page)] {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
        if text != current {
            problems.push(format!("{file} is not current: run cargo xtask settings"));
        }
    }
    Ok(problems)
}

/// Returns the schema and the page with its tables.
fn generate(built: &Path) -> Result<(String, String)> {
    let text = process::output(Command::new(built.join("txjobs-gateway")).arg("schema"))?;
    let schema: Value = serde_json::from_str(&text).context("the schema is not JSON")?;
    let page = fs::read_to_string(PAGE).with_context(|| format!("cannot read {PAGE}"))?;
    let page = with_tables(&page, &tables(&schema)?)?;
    Ok((text.trim_end().to_owned() + "\n", page))
}

/// Replaces the tables between their comments.
fn with_tables(page: &str, tables: &BTreeMap<String, String>) -> Result<String> {
    let mut result = String::new();
    let mut rest = page;
    let mut used = 0;
    while let Some(start) = rest.find("<!-- keys: ") {
        let (before, marked) = rest.split_at(start);
        let (comment, after) = marked.split_once(" -->").context("a comment has no end")?;
        let name = comment.trim_start_matches("<!-- keys: ");
        let table = tables.get(name).with_context(|| format!("the configuration has no table {name}"))?;
        let (_, after) = after.split_once(END).with_context(|| format!("{END} is missing after {name}"))?;
        result.push_str(&format!("{before}{comment} -->\n\n{table}\n{END}"));
        (rest, used) = (after, used + 1);
    }
    if used != tables.len() {
        let names: Vec<_> = tables.keys().map(String::as_str).collect();
        bail!("{PAGE} needs a comment `<!-- keys: NAME -->` once for each of: {}", names.join(", "));
    }
    Ok(result + rest)
}

/// Returns the Markdown table of each table of the configuration. A type that is used several times has one.
fn tables(schema: &Value) -> Result<BTreeMap<String, String>> {
    let mut tables = BTreeMap::new();
    let mut seen = Vec::new();
    let mut waiting = vec![(String::new(), schema)];
    // By their depth, so that a type has the name of its first use.
    while !waiting.is_empty() {
        for (path, table) in std::mem::take(&mut waiting) {
            let properties = table["properties"].as_object().context("a table has no properties")?;
            for (name, property) in properties {
                if let Some(reference) = reference(property).filter(|reference| !seen.contains(reference)) {
                    seen.push(reference);
                    let pointer = reference.trim_start_matches('#');
                    let target = schema.pointer(pointer).with_context(|| format!("no {reference}"))?;
                    waiting.push((joined(&path, name), target));
                }
            }
            let name = if path.is_empty() { TOP_LEVEL } else { &path };
            tables.insert(name.to_owned(), markdown(&path, table, properties)?);
        }
    }
    ensure!(tables.len() > 1, "the configuration has one table only");
    Ok(tables)
}

/// Returns the type of a property that is a table or an array of tables.
fn reference(property: &Value) -> Option<&str> {
    let direct = property.get("$ref").or_else(|| property.pointer("/allOf/0/$ref"));
    direct.or_else(|| property.pointer("/items/$ref"))?.as_str()
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Returns a Markdown table: the required keys first, then the others by their names.
fn markdown(path: &str, table: &Value, properties: &Map<String, Value>) -> Result<String> {
    let required = table["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_required = |name: &str| required.iter().any(|required| required == name);
    let mut names: Vec<_> = properties.keys().collect();
    names.sort_by_key(|name| !is_required(name));
    let mut text = "| key | default | |\n| --- | --- | --- |\n".to_owned();
    for name in names {
        let property = &properties[name];
        let description = property["description"].as_str();
        let description = description.with_context(|| format!("{name} has no comment"))?;
        let default = if is_required(name) { "required".to_owned() } else { default_of(property) };
        let key = match (property.pointer("/items/$ref"), reference(property)) {
            (Some(_), _) => format!("[[{}]]", joined(path, name)),
            (None, Some(_)) if path.is_empty() => format!("[{name}]"),
            _ => name.clone(),
        };
        text.push_str(&format!("| `{key}` | {default} | {} |\n", as_phrase(description)));
    }
    Ok(text)
}

/// Returns what applies without the key.
fn default_of(property: &Value) -> String {
    match (property["x-default"].as_str(), &property["default"]) {
        (Some(text), _) => text.to_owned(),
        (None, Value::Null) => "none".to_owned(),
        (None, value) => format!("`{value}`"),
    }
}

/// Returns a description as the cell of a table, which begins without a capital letter and ends without a period.
fn as_phrase(description: &str) -> String {
    let text = description.trim_end_matches('.').replace("\n\n", " ").replace('|', "\\|");
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "required": ["job"],
            "properties": {
                "limit": { "description": "The most runs.", "default": 5 },
                "job": { "description": "A job.", "items": { "$ref": "#/definitions/Job" } },
                "keep": { "description": "What is kept.", "allOf": [{ "$ref": "#/definitions/Keep" }] },
            },
            "definitions": {
                "Job": { "properties": { "keep": { "description": "X | Y.", "$ref": "#/definitions/Keep" } } },
                "Keep": { "properties": { "days": { "description": "UTC days.", "x-default": "all" } } },
            },
        })
    }

    #[test]
    fn each_table_is_generated_once() {
        let tables = tables(&schema()).unwrap();
        let head = "| key | default | |\n| --- | --- | --- |\n";
        let top = "| `[[job]]` | required | a job |\n| `[keep]` | none | what is kept |\n| `limit` | `5` | the most runs |\n";
        assert_eq!(tables["top level"], format!("{head}{top}"));
        assert_eq!(tables["job"], format!("{head}| `keep` | none | x \\| Y |\n"));
        assert_eq!(tables["keep"], format!("{head}| `days` | all | UTC days |\n"));
        assert_eq!(tables.len(), 3);
    }

    #[test]
    fn tables_replace_the_text_between_their_comments() {
        let tables = BTreeMap::from([("a".to_owned(), "new\n".to_owned())]);
        let page = "Text.\n\n<!-- keys: a -->\n\nold\n\n<!-- end of keys -->\n\nMore.\n";
        assert_eq!(with_tables(page, &tables).unwrap(), page.replace("old", "new"));
        assert!(with_tables("Text.\n", &tables).is_err());
        assert!(with_tables(&page.replace("keys: a", "keys: b"), &tables).is_err());
    }
}
