//! Says what is wrong with a value, in the terms of the file.

use super::owner::Keys;
use crate::suggestion::similar;

/// The keys of the file itself, and how its tables are written.
const FILE_KEYS: [(&str, &str); 5] = [
    ("console_url", "it before the first table"),
    ("key_header", "it before the first table"),
    ("notify", "`[[notify]]`"),
    ("relay", "`[relay]`"),
    ("retention", "`[retention]`"),
];
/// Keys of a job that none of its tables has.
const JOB_KEYS: [&str; 7] = ["after", "catch_up", "command", "runs_on", "schedule", "time_zone", "timeout"];
/// Keys of a channel that none of its tables has.
const CHANNEL_KEYS: [&str; 5] = ["jobs", "not_started", "on", "organizations", "slow"];

/// Describes an error of serde. Only the errors of values with few forms repeat the value.
pub(super) fn describe(keys: &Keys, message: &str) -> String {
    let key = keys.inner.join(".");
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let (name, known) = rest.split_once('`').unwrap_or((rest, ""));
        return unknown_key(keys, name, known);
    }
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        let path = keys.inner.iter().map(String::as_str).chain([name]);
        return format!("`{}` is missing", path.collect::<Vec<_>>().join("."));
    }
    if let Some((found, expected)) = split(message, "invalid type: ") {
        return other_type(keys, &key, found, expected);
    }
    if let Some((found, expected)) = split(message, "invalid value: ") {
        return format!("`{key}`: {} is not valid. Write {}", value(found), wanted(expected));
    }
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        let (found, known) = rest.split_once('`').unwrap_or((rest, ""));
        return format!("`{key}`: {found:?} is not one of: {}", quoted(known).join(", "));
    }
    if message.starts_with("UUID parsing failed") {
        return format!(
            "`{key}` is not a UUID. Write one like \"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\", or remove `{key}`"
        );
    }
    match key.is_empty() {
        true => message.to_owned(),
        false => format!("`{key}`: {message}"),
    }
}

/// Splits `invalid type: FOUND, expected EXPECTED`.
fn split<'a>(message: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(prefix)?.rsplit_once(", expected ")
}

/// Returns the names between accents.
fn quoted(names: &str) -> Vec<&str> {
    // Every second part is between the names.
    names.split('`').skip(1).step_by(2).collect()
}

fn unknown_key(keys: &Keys, name: &str, known: &str) -> String {
    // The path may end with the unknown key itself.
    let is_direct = keys.inner.iter().all(|key| key == name);
    let is_in_file = keys.table.is_empty() && is_direct;
    if let Some((_, how)) = FILE_KEYS.iter().find(|(key, _)| *key == name && !is_in_file) {
        return format!("`{name}` is unknown here. It belongs to the file itself: write {how}");
    }
    let table: Vec<&str> = keys.table.iter().map(String::as_str).collect();
    let owner = match (table.as_slice(), is_direct) {
        ([], true) if name == "job" => Some("an organization: write `[[organization.job]]`"),
        ([] | ["organization"], true) if JOB_KEYS.contains(&name) => {
            Some("a job: write it after `[[organization.job]]`")
        }
        (["organization", "job"], false) if JOB_KEYS.contains(&name) => {
            Some("the job itself: write it before the first table of the job")
        }
        (["notify"], false) if CHANNEL_KEYS.contains(&name) => {
            Some("the channel itself: write it before the first table of the channel")
        }
        _ => None,
    };
    if let Some(owner) = owner {
        return format!("`{name}` is unknown here. It belongs to {owner}");
    }
    let known = quoted(known);
    match similar(name, known.iter().copied()) {
        Some(similar) => format!("`{name}` is unknown. Did you mean `{similar}`?"),
        None => format!("`{name}` is unknown. The keys here are `{}`", known.join("`, `")),
    }
}

fn other_type(keys: &Keys, key: &str, found: &str, expected: &str) -> String {
    let last = keys.inner.last().map_or("", String::as_str);
    let path = || keys.table.iter().chain(&keys.inner).map(String::as_str).collect::<Vec<_>>().join(".");
    match expected {
        "a sequence" if found == "map" => {
            format!("`{key}` is a list of tables. Write `[[{}]]` with two brackets", path())
        }
        "a sequence" if found.starts_with("string") => {
            format!("`{key}` is a list. Write `{last} = [\"…\"]`")
        }
        "a sequence" => format!("`{key}` is a list. Write `{last} = [ … ]`"),
        table if table == "a map" || table.starts_with("struct ") => {
            format!("`{key}` is a table. Write `{last} = {{ … }}` or `[{}]`", path())
        }
        _ => format!("`{key}` is not {}. Write {}", kind(found), wanted(expected)),
    }
}

/// Returns the kind of a value that was found.
fn kind(found: &str) -> &'static str {
    match found.split(' ').next().unwrap_or_default() {
        "string" | "character" => "text",
        "boolean" => "true or false",
        "sequence" => "a list",
        "map" => "a table",
        _ => "a number",
    }
}

/// Returns a value that was found without the name of its type.
fn value(found: &str) -> &str {
    let value = found.split_once(' ').map_or(found, |(_, value)| value);
    value.trim_matches('`')
}

/// Returns what the file should have.
fn wanted(expected: &str) -> &str {
    match expected {
        "a string" | "str" => "text in quotes",
        "a boolean" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" => "a whole number",
        other => other,
    }
}
