//! The commands of CI systems: groups, annotations and a summary of the job. A system reads them from the output of a step, so text
//! from a server must not look like one.
//!
//! Sources: "Workflow commands for GitHub Actions" in the GitHub documentation, "Logging commands" in the Azure Pipelines
//! documentation, and "Service messages" in the TeamCity documentation.

use std::{borrow::Cow, env, fs, io::Write, path::PathBuf};

use txjobs_sdk::{ExecutionState, Severity};

use super::style;

/// A CI system that reads commands from the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CiSystem {
    GitHub,
    Azure,
    TeamCity,
}

/// A line of a log that deserves attention.
pub(crate) struct Annotation {
    pub(crate) severity: Severity,
    pub(crate) job: String,
    pub(crate) message: String,
}

/// A run in the summary of the CI job.
pub(crate) struct SummaryRow {
    pub(crate) job: String,
    /// The final state, or `None` if it is not known.
    pub(crate) state: Option<ExecutionState>,
    pub(crate) duration: String,
    pub(crate) warnings: usize,
    pub(crate) errors: usize,
    pub(crate) link: Option<String>,
}

impl CiSystem {
    /// Returns the system that runs this process.
    pub(super) fn detect() -> Option<Self> {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        if is_set("GITHUB_ACTIONS") {
            Some(Self::GitHub)
        } else if is_set("TF_BUILD") {
            Some(Self::Azure)
        } else if is_set("TEAMCITY_VERSION") {
            Some(Self::TeamCity)
        } else {
            None
        }
    }

    /// Returns the line with a backslash in everything that a system would obey: `::` at its beginning, and `##[`, `##vso[` and
    /// `##teamcity[` anywhere.
    pub(super) fn escape_line(self, line: &str) -> Cow<'_, str> {
        let mut escaped = escape_commands(line);
        let start = escaped.len() - escaped.trim_start().len();
        if escaped[start..].starts_with("::") {
            escaped.to_mut().insert(start, '\\');
        }
        escaped
    }

    /// Returns the same JSON document without the beginning of a command.
    pub(super) fn escape_json(self, document: &str) -> String {
        document.replace("##", "#\\u0023")
    }

    /// Returns the commands that begin and end a group of lines.
    pub(crate) fn group(self, title: &str) -> (String, String) {
        let title = self.escape_value(title);
        match self {
            Self::GitHub => (format!("::group::{title}"), "::endgroup::".to_owned()),
            Self::Azure => (format!("##[group]{title}"), "##[endgroup]".to_owned()),
            Self::TeamCity => (
                format!("##teamcity[blockOpened name='{title}']"),
                format!("##teamcity[blockClosed name='{title}']"),
            ),
        }
    }

    /// Returns the command that shows a line in the overview of the CI job.
    pub(crate) fn annotation(self, annotation: &Annotation) -> String {
        let is_error = annotation.severity == Severity::Error;
        let message = self.escape_value(&annotation.message);
        match self {
            Self::GitHub => {
                let command = if is_error { "error" } else { "warning" };
                let title = self.escape_value(&annotation.job).replace(':', "%3A").replace(',', "%2C");
                format!("::{command} title={title}::{message}")
            }
            Self::Azure => {
                let kind = if is_error { "error" } else { "warning" };
                let job = self.escape_value(&annotation.job);
                format!("##vso[task.logissue type={kind}]{job}: {message}")
            }
            Self::TeamCity => {
                let status = if is_error { "ERROR" } else { "WARNING" };
                let job = self.escape_value(&annotation.job);
                format!("##teamcity[message text='{job}: {message}' status='{status}']")
            }
        }
    }

    /// Escapes text in a command, so that it can neither end it nor begin another one.
    fn escape_value(self, text: &str) -> String {
        let text = escape_commands(text);
        match self {
            Self::GitHub => text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A"),
            Self::Azure => text
                .replace('%', "%AZP25")
                .replace('\r', "%0D")
                .replace('\n', "%0A")
                .replace(';', "%3B")
                .replace(']', "%5D"),
            Self::TeamCity => text
                .replace('|', "||")
                .replace('\'', "|'")
                .replace('\n', "|n")
                .replace('\r', "|r")
                .replace('[', "|[")
                .replace(']', "|]"),
        }
    }

    /// Adds a table to the summary of the CI job. Returns a command for the log if the system needs one.
    ///
    /// # Errors
    ///
    /// Returns an error if the file of the system cannot be written.
    pub(crate) fn write_summary(self, rows: &[SummaryRow]) -> std::io::Result<Option<String>> {
        let (path, command): (PathBuf, _) = match self {
            Self::GitHub => match env::var_os("GITHUB_STEP_SUMMARY") {
                Some(path) => (path.into(), None),
                None => return Ok(None),
            },
            Self::Azure => {
                let Some(folder) = env::var_os("AGENT_TEMPDIRECTORY") else { return Ok(None) };
                let path = PathBuf::from(folder).join(format!("txjobs-{}.md", std::process::id()));
                let command = format!("##vso[task.uploadsummary]{}", path.display());
                (path, Some(command))
            }
            Self::TeamCity => return Ok(None),
        };
        let mut file = fs::File::options().create(true).append(true).open(path)?;
        file.write_all(summary(rows).as_bytes())?;
        Ok(command)
    }
}

/// Returns a Markdown table.
fn summary(rows: &[SummaryRow]) -> String {
    let mut text =
        "| job | outcome | duration | warnings | errors |\n| --- | --- | ---: | ---: | ---: |\n".to_owned();
    for row in rows {
        let job = escape_markdown(&row.job);
        let job = row.link.as_ref().map_or_else(|| job.clone(), |link| format!("[{job}]({link})"));
        let state = row.state.map_or_else(
            || "not known".to_owned(),
            |state| format!("{} {state}", style::state_style(state).0),
        );
        text += &format!("| {job} | {state} | {} | {} | {} |\n", row.duration, row.warnings, row.errors);
    }
    text + "\n"
}

/// Escapes a text, so that it is neither a link, nor HTML, nor a cell.
fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Returns the text with a backslash in the commands that a system obeys anywhere in a line.
fn escape_commands(text: &str) -> Cow<'_, str> {
    let mut escaped = Cow::Borrowed(text);
    for (command, harmless) in [("##[", "#\\#["), ("##vso[", "#\\#vso["), ("##teamcity[", "#\\#teamcity[")] {
        if let Some(replaced) = replace_ignoring_case(&escaped, command, harmless) {
            escaped = Cow::Owned(replaced);
        }
    }
    escaped
}

/// Replaces all occurrences of an ASCII text in any case. Returns `None` if there is none.
fn replace_ignoring_case(text: &str, from: &str, to: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    lower.contains(from).then(|| {
        let (mut result, mut last) = (String::with_capacity(text.len() + to.len()), 0);
        for (start, _) in lower.match_indices(from) {
            result.push_str(&text[last..start]);
            result.push_str(to);
            last = start + from.len();
        }
        result.push_str(&text[last..]);
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_that_looks_like_a_command_is_not_obeyed() {
        let ci = CiSystem::GitHub;
        for (line, escaped) in [
            ("::error::x", "\\::error::x"),
            ("   ::set-env name=x::y", "   \\::set-env name=x::y"),
            ("a ##[error]b ##vso[task.complete]c", "a #\\#[error]b #\\#vso[task.complete]c"),
            ("##VSO[task.setvariable]x", "#\\#vso[task.setvariable]x"),
            ("###[x", "##\\#[x"),
            ("##teamcity[x", "#\\#teamcity[x"),
        ] {
            assert_eq!(ci.escape_line(line), escaped);
        }
        for harmless in ["a::b", "## heading", "std::fmt", "##"] {
            assert_eq!(ci.escape_line(harmless), harmless);
        }
        assert_eq!(ci.escape_json("\"##vso[x]\""), "\"#\\u0023vso[x]\"");
        assert_eq!(ci.escape_json("\"###[x]\""), "\"#\\u0023#[x]\"");
    }

    #[test]
    fn text_of_an_annotation_cannot_end_it() {
        let annotation = Annotation {
            severity: Severity::Error,
            job: "A, b: c".to_owned(),
            message: "50 %\n::set-env;]".to_owned(),
        };
        assert_eq!(
            CiSystem::GitHub.annotation(&annotation),
            "::error title=A%2C b%3A c::50 %25%0A::set-env;]"
        );
        assert_eq!(
            CiSystem::Azure.annotation(&annotation),
            "##vso[task.logissue type=error]A, b: c: 50 %AZP25%0A::set-env%3B%5D"
        );
    }

    #[test]
    fn text_in_the_summary_is_not_markup() {
        let row = SummaryRow {
            job: "<img> | [x](y)".to_owned(),
            state: Some(ExecutionState::Failed),
            duration: "3 s".to_owned(),
            warnings: 1,
            errors: 2,
            link: None,
        };
        let text = summary(&[row]);
        assert!(text.contains("| \\<img\\> \\| \\[x\\]\\(y\\) | ✖ failed | 3 s | 1 | 2 |"), "{text}");
    }
}
