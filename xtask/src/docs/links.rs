//! Links between pages, to files, and to other sites.

use super::{
    files::{Files, resolve},
    page::Page,
};

/// Sites that pages may link to. The tests use no network, so such a link is not followed.
const SITES: &[&str] = &[
    "docs.rs",
    "encoding.spec.whatwg.org",
    "keepachangelog.com",
    "prometheus.io",
    "rustup.rs",
    "semver.org",
    "www.postgresql.org",
    "www.rfc-editor.org",
];

/// Finds the links of a page that lead nowhere, and counts all links.
pub(super) fn problems(page: &Page, pages: &[Page], files: &Files, count: &mut usize) -> Vec<String> {
    *count += page.links.len();
    let problems = page.links.iter().filter_map(|link| {
        let problem = problem(page, &link.text, pages, files)?;
        Some(page.problem(link.line, &problem))
    });
    problems.collect()
}

fn problem(page: &Page, link: &str, pages: &[Page], files: &Files) -> Option<String> {
    if link.contains(':') {
        return site_problem(link);
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target = if path.is_empty() { Some(page.path.clone()) } else { resolve(&page.path, path) };
    let Some(target) = target.filter(|target| files.has(target) && !path.starts_with('/')) else {
        return Some(format!("{path} does not exist"));
    };
    let anchor = anchor?;
    let has_anchor = pages.iter().any(|other| other.path == target && other.anchors.contains(anchor));
    (!has_anchor).then(|| format!("{target} has no heading #{anchor}"))
}

fn site_problem(link: &str) -> Option<String> {
    let Some(rest) = link.strip_prefix("https://") else {
        return Some(format!("{link} is neither a relative path nor an https URL"));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_known = SITES.contains(&host) && !rest.contains(char::is_whitespace);
    (!is_known).then(|| format!("{link} leads to a site that is not in xtask/src/docs/links.rs"))
}

#[cfg(test)]
mod tests {
    use super::{Files, Page, problems};

    fn problems_of(text: &str) -> Vec<String> {
        let pages = [Page::parse("docs/a.md", text), Page::parse("docs/b.md", "# Known\n")];
        let files = Files::new(["docs/a.md", "docs/b.md", "web/app.rs"]);
        problems(&pages[0], &pages, &files, &mut 0)
    }

    #[test]
    fn links_to_files_folders_and_headings_are_right() {
        let text =
            "# A\n\n[a](b.md) [b](../web) [c](b.md#known) [d](#a) [e](../web/app.rs) [f](https://rustup.rs)";
        assert_eq!(problems_of(text), [] as [&str; 0]);
    }

    #[test]
    fn broken_links_are_problems() {
        assert_eq!(problems_of("[a](c.md)"), ["docs/a.md:1: c.md does not exist"]);
        assert_eq!(problems_of("\n[a](/docs/b.md)"), ["docs/a.md:2: /docs/b.md does not exist"]);
        assert_eq!(problems_of("![a](../../x.png)"), ["docs/a.md:1: ../../x.png does not exist"]);
        assert_eq!(problems_of("[a](b.md#other)"), ["docs/a.md:1: docs/b.md has no heading #other"]);
        assert_eq!(problems_of("[a](#other)"), ["docs/a.md:1: docs/a.md has no heading #other"]);
        assert_eq!(problems_of("[a](http://rustup.rs)").len(), 1);
        assert_eq!(problems_of("[a](https://unknown.example/)").len(), 1);
    }
}
