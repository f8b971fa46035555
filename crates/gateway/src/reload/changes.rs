//! The differences between two configurations.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};

use uuid::Uuid;

use crate::config::{Config, Job, Organization};

/// The most jobs that are named.
const MAX_NAMES: usize = 5;

/// The jobs that differ between two configurations.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ConfigChanges {
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<String>,
}

impl ConfigChanges {
    /// Compares the jobs by their ids.
    pub fn between(old: &Config, new: &Config) -> Self {
        let old_jobs: HashMap<Uuid, _> = old.jobs().map(|entry| (entry.1.id, entry)).collect();
        let new_jobs: HashMap<Uuid, _> = new.jobs().map(|entry| (entry.1.id, entry)).collect();
        let mut changes = Self::default();
        for entry in new.jobs() {
            match old_jobs.get(&entry.1.id) {
                None => changes.added.push(name(entry)),
                Some(old) if content(old) != content(&entry) => changes.changed.push(name(entry)),
                Some(_) => {}
            }
        }
        let removed = old.jobs().filter(|(_, job)| !new_jobs.contains_key(&job.id));
        changes.removed.extend(removed.map(name));
        changes
    }
}

fn name((organization, job): (&Organization, &Job)) -> String {
    format!("\"{}\" of \"{}\"", job.name, organization.name)
}

/// Returns everything that decides what a job does: its table in the file, and what the file says about all jobs.
fn content<'a>((organization, job): &(&'a Organization, &'a Job)) -> impl PartialEq + use<'a> {
    (organization.name.as_str(), &job.digest, job.retention)
}

impl Display for ConfigChanges {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kinds = [("added", &self.added), ("removed", &self.removed), ("changed", &self.changed)];
        let mut separator = "";
        for (kind, names) in kinds.into_iter().filter(|(_, names)| !names.is_empty()) {
            let named = names.iter().take(MAX_NAMES).cloned().collect::<Vec<_>>().join(", ");
            write!(f, "{separator}{kind}: {named}")?;
            if names.len() > MAX_NAMES {
                write!(f, " and {} more", names.len() - MAX_NAMES)?;
            }
            separator = "; ";
        }
        if separator.is_empty() { f.write_str("no job has changed") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{self, GatewayJob};

    fn changes(old: &str, new: &str) -> String {
        let parse = |jobs: &str| {
            let text = format!("[[organization]]\nname = \"Contoso\"\n{jobs}");
            config::parse::<GatewayJob>(&text, Path::new("")).unwrap()
        };
        ConfigChanges::between(&parse(old), &parse(new)).to_string()
    }

    fn job(name: &str, command: &str) -> String {
        format!("[[organization.job]]\nname = \"{name}\"\ncommand = [\"{command}\"]\n")
    }

    #[test]
    fn jobs_are_compared_by_their_ids() {
        let (a, b) = (job("a", "x"), job("b", "x"));
        let both = format!("{a}{b}");
        assert_eq!(changes(&both, &both), "no job has changed");
        assert_eq!(changes(&a, &both), "added: \"b\" of \"Contoso\"");
        let text = changes(&both, &format!("{}{}", job("a", "y"), job("c", "x")));
        assert_eq!(
            text,
            "added: \"c\" of \"Contoso\"; removed: \"b\" of \"Contoso\"; changed: \"a\" of \"Contoso\""
        );
        // The same content in another form.
        let other_form = "[[organization.job]]\n# comment\ncommand=['x']\nname = \"a\"\n";
        assert_eq!(changes(&a, other_form), "no job has changed");
        let retention = format!("{a}retention = {{ keep_runs = 5 }}\n");
        assert_eq!(changes(&a, &retention), "changed: \"a\" of \"Contoso\"");
        let many: String = (0..7).map(|n| job(&n.to_string(), "x")).collect();
        assert!(changes("", &many).ends_with("\"4\" of \"Contoso\" and 2 more"));
    }
}
