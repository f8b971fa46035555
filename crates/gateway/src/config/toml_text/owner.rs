//! The table around an error that has a name.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_path_to_error::{Path, Segment};

/// The keys in which a value and its place in the file are wrapped.
const WRAPPER: &str = "$__";

/// The names in a file that is not valid.
#[derive(Default, Deserialize)]
struct Outline {
    #[serde(default)]
    organization: Names<OrganizationOutline>,
    #[serde(default)]
    notify: Names<NamedOutline>,
}

/// Tables that are declared with two brackets, as they should be.
#[derive(Deserialize)]
#[serde(untagged)]
enum Names<T> {
    Tables(Vec<T>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct OrganizationOutline {
    name: Option<String>,
    #[serde(default)]
    job: Names<NamedOutline>,
}

#[derive(Deserialize)]
struct NamedOutline {
    name: Option<String>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self::Tables(Vec::new())
    }
}

impl<T> Names<T> {
    fn get(&self, index: usize) -> Option<&T> {
        match self {
            Self::Tables(tables) => tables.get(index),
            Self::Other(_) => None,
        }
    }
}

/// The keys that lead to an error.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Keys {
    /// Those of the named table, like `organization` and `job`.
    pub table: Vec<String>,
    /// Those within it.
    pub inner: Vec<String>,
}

/// Returns the job, the organization, or the channel of an error as a clause, and the keys that lead to the error.
pub(super) fn owner(text: &str, path: &Path) -> (Option<String>, Keys) {
    let mut keys = Keys::default();
    let mut indexes = Vec::new();
    for segment in path {
        match segment {
            Segment::Map { key } if key.starts_with(WRAPPER) => {}
            Segment::Map { key } | Segment::Enum { variant: key } => keys.inner.push(key.clone()),
            // An index within a list of values is of no help beside the line of the file.
            Segment::Seq { index } if is_named(&keys) => {
                indexes.push(*index);
                keys.table.append(&mut keys.inner);
            }
            Segment::Seq { .. } | Segment::Unknown => {}
        }
    }
    let outline: Outline = toml::from_str(text).unwrap_or_default();
    let table: Vec<&str> = keys.table.iter().map(String::as_str).collect();
    let owner = match (table.as_slice(), indexes.as_slice()) {
        (["organization"], [organization]) => {
            let name = outline.organization.get(*organization).and_then(|table| table.name.as_deref());
            Some(named("organization", "an organization", name))
        }
        (["organization", "job"], [organization, job]) => {
            let organization = outline.organization.get(*organization);
            let job = organization.and_then(|table| table.job.get(*job)?.name.as_deref());
            let job = named("job", "a job", job);
            let organization = organization.and_then(|table| table.name.as_deref());
            Some(organization.map_or_else(|| job.clone(), |name| format!("{job} of \"{name}\"")))
        }
        (["notify"], [channel]) => {
            let name = outline.notify.get(*channel).and_then(|table| table.name.as_deref());
            Some(named("channel", "a channel", name))
        }
        _ => None,
    };
    (owner, keys)
}

/// Returns whether an index now selects a table with a name.
fn is_named(keys: &Keys) -> bool {
    let path = keys.table.iter().chain(&keys.inner).map(String::as_str);
    matches!(path.collect::<Vec<_>>().as_slice(), ["organization" | "notify"] | ["organization", "job"])
}

fn named(kind: &str, unnamed: &str, name: Option<&str>) -> String {
    name.map_or_else(|| unnamed.to_owned(), |name| format!("the {kind} \"{name}\""))
}
