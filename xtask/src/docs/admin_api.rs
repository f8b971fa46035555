//! Compares the reference pages of the emulator with the contract of its admin API.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, ensure};

use super::page::Page;

const CONTRACT: &str = "crates/emulator/admin.yaml";
/// Pages, and the schema whose parts each of them must name.
const PAGES: &[(&str, &str, Part)] = &[
    ("docs/reference/differences.md", "Behavior", Part::Properties),
    ("docs/reference/admin-api.md", "SeedRequest", Part::Properties),
    ("docs/reference/admin-api.md", "FaultRequest", Part::Properties),
    ("docs/reference/admin-api.md", "Effect", Part::Mapping),
];

/// The part of a schema that lists names.
#[derive(Clone, Copy)]
enum Part {
    Properties,
    /// The kinds of a discriminator.
    Mapping,
}

/// Finds what the contract has and the page does not name.
pub(super) fn missing(page: &Page) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for (_, schema, part) in PAGES.iter().filter(|(path, ..)| *path == page.path) {
        let contract = fs::read_to_string(CONTRACT).with_context(|| format!("cannot read {CONTRACT}"))?;
        let names = names(&contract, schema, *part);
        ensure!(!names.is_empty(), "{CONTRACT} lists nothing in the schema {schema}");
        problems.extend(missing_names(page, schema, &names));
    }
    Ok(problems)
}

fn missing_names(page: &Page, schema: &str, names: &[&str]) -> Vec<String> {
    let named: BTreeSet<_> = page.code_words().collect();
    let missing = names.iter().filter(|name| !named.contains(*name));
    missing
        .map(|name| page.problem(1, &format!("{schema} has {name}, which this page does not name")))
        .collect()
}

/// Returns the names that a part of a schema lists.
fn names<'a>(contract: &'a str, schema: &str, part: Part) -> Vec<&'a str> {
    let (head, indent) = match part {
        Part::Properties => ("      properties:", 8),
        Part::Mapping => ("        mapping:", 10),
    };
    let start = format!("    {schema}:");
    let schemas = contract.lines().skip_while(|line| *line != "  schemas:");
    let schema = schemas.skip_while(|line| *line != start).skip(1);
    let schema = schema.take_while(|line| line.starts_with("     "));
    let part = schema.skip_while(|line| *line != head).skip(1);
    let part = part.take_while(|line| indentation(line) >= indent);
    part.filter(|line| indentation(line) == indent).filter_map(|line| line.trim().split(':').next()).collect()
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::{Page, Part, missing_names, names};

    const CONTRACT: &str = "\
components:
  responses:
    Behavior:
      content: {}
  schemas:
    Behavior:
      type: object
      properties:
        prefix:
          type: string
        casing:
          enum: [a]
      not:
        properties:
          other: {}
    Effect:
      discriminator:
        mapping:
          status: '#/a'
          delay: '#/b'
      example:
        kind: status
";

    #[test]
    fn names_of_a_schema_are_read() {
        assert_eq!(names(CONTRACT, "Behavior", Part::Properties), ["prefix", "casing"]);
        assert_eq!(names(CONTRACT, "Effect", Part::Mapping), ["status", "delay"]);
        assert_eq!(names(CONTRACT, "Other", Part::Mapping), [] as [&str; 0]);
    }

    #[test]
    fn name_that_a_page_lacks_is_a_problem() {
        let page = Page::parse("a.md", "`casing: camel` prefix");
        let problems = missing_names(&page, "Behavior", &["prefix", "casing"]);
        assert_eq!(problems, ["a.md:1: Behavior has prefix, which this page does not name"]);
    }
}
