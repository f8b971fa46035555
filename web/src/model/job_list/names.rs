//! The names of jobs on the screen.

use std::collections::HashMap;

use txjobs_sdk::types::Job;

use crate::model::format;

/// Maximum number of characters of a name.
pub(super) const MAX_CHARS: usize = 1_000;
/// Number of characters of an id that tell jobs of the same name apart.
const SHORT_ID: usize = 8;

/// Returns the names to show, in the order of the jobs. They are on one line, without invisible characters, and
/// different: jobs of the same name have their short ids as suffixes. A job with a blank name is shown as its id.
pub(super) fn display_names(jobs: &[Job]) -> Vec<String> {
    let mut names: Vec<_> = jobs.iter().map(plain_name).collect();
    let short_id = |at: usize| format!(" ({})", &jobs[at].id.to_string()[..SHORT_ID]);
    if add_to_repeated(&mut names, short_id) {
        // The names may be the same with their short ids too.
        add_to_repeated(&mut names, |at| format!(" ({})", jobs[at].id));
    }
    names
}

fn plain_name(job: &Job) -> String {
    let name = format::one_line(&job.name, MAX_CHARS);
    // A browser shows white space as one space.
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { job.id.to_string() } else { name }
}

/// Appends a suffix to each name that occurs several times. Returns whether there are such names.
fn add_to_repeated(names: &mut [String], suffix: impl Fn(usize) -> String) -> bool {
    // Letters with accents look the same in all their encodings.
    let composed = format::compose(&names.join("\n"));
    let mut counts = HashMap::<&str, usize>::new();
    for name in composed.split('\n') {
        *counts.entry(name).or_default() += 1;
    }
    if counts.len() == names.len() {
        return false;
    }
    for (at, (name, composed)) in names.iter_mut().zip(composed.split('\n')).enumerate() {
        if counts.get(composed).is_some_and(|count| *count > 1) {
            name.push_str(&suffix(at));
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(jobs: &[(&str, &str)]) -> Vec<String> {
        let job = |(id, name): &(&str, &str)| Job {
            id: format!("{id}-0000-0000-0000-000000000001").parse().unwrap(),
            name: (*name).to_owned(),
            schedule: None,
        };
        display_names(&jobs.iter().map(job).collect::<Vec<_>>())
    }

    #[test]
    fn jobs_of_the_same_name_have_their_short_ids() {
        let shown = names(&[("aaaaaaaa", "Load"), ("bbbbbbbb", " Load "), ("cccccccc", "load")]);
        assert_eq!(shown, ["Load (aaaaaaaa)", "Load (bbbbbbbb)", "load"]);
    }

    #[test]
    fn jobs_with_the_same_short_id_have_their_ids() {
        let id = |n: u8| format!("aaaaaaaa-0000-0000-0000-00000000000{n}");
        let job = |n, name: &str| Job { id: id(n).parse().unwrap(), name: name.to_owned(), schedule: None };
        let shown = display_names(&[job(1, "Load"), job(2, "Load"), job(3, "Load (aaaaaaaa)")]);
        let expected = [1, 2, 3].map(|n| format!("Load (aaaaaaaa) ({})", id(n)));
        assert_eq!(shown, expected);
    }

    #[test]
    fn invisible_characters_of_names_are_shown() {
        let shown = names(&[
            ("aaaaaaaa", "gpj\u{202e}.exe\u{0}"),
            ("bbbbbbbb", "\u{1b}[31m\r\nx"),
            ("cccccccc", " \n"),
        ]);
        assert_eq!(shown, ["gpj⇄.exe␀", "␛[31m↵x", "cccccccc-0000-0000-0000-000000000001"]);
        assert_eq!(names(&[("aaaaaaaa", " \t ")]), ["aaaaaaaa-0000-0000-0000-000000000001"]);
    }
}
