//! Writes a diagnosis as text.

use anstyle::Style;
use serde_json::Value;

use super::{
    diagnosis::Diagnosis,
    finding::{Detail, Finding, Outcome, Visibility},
};
use crate::output::{
    style::{ACTIVE, BAD, DIM, OK, WARNING},
    text::{self, Tabs},
};

/// The column at which messages start.
const INDENT: &str = "         ";

/// Returns the lines of the text, with the escapes of colors.
pub(crate) fn lines(diagnosis: &Diagnosis) -> Vec<String> {
    let mut lines = Vec::new();
    let mut subject = None;
    for finding in &diagnosis.findings {
        if subject != Some(finding.subject) {
            lines.push(finding.subject.heading().to_owned());
            subject = Some(finding.subject);
        }
        add_finding(&mut lines, finding);
    }
    let arguments = diagnosis.recommendation.arguments();
    if !arguments.is_empty() {
        lines.push("Recommended settings".to_owned());
        lines.push(format!("{INDENT}txjobs profile set NAME {}", text::escape_line(&arguments)));
    }
    lines.push(String::new());
    lines.push(diagnosis.counts());
    lines
}

fn add_finding(lines: &mut Vec<String>, finding: &Finding) {
    let style = style(finding.outcome);
    let (symbol, word) = (finding.outcome.symbol(), finding.outcome.word());
    lines.push(format!("  {style}{symbol} {word}{style:#} {}", text::escape_line(&finding.message)));
    let shown = |detail: &&Detail| matches!(detail.visibility, Visibility::Text | Visibility::TextAndReport);
    for detail in finding.details.iter().filter(shown) {
        if let Some(value) = format_value(&detail.value) {
            lines.push(format!("{INDENT}{DIM}{}: {}{DIM:#}", detail.name, text::escape_line(&value)));
        }
    }
    if let Some(advice) = &finding.advice {
        for (number, line) in text::escape_lines(advice, Tabs::Space).enumerate() {
            let mark = if number == 0 { "→" } else { " " };
            lines.push(format!("{INDENT}{mark} {line}"));
        }
    }
}

fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Pass => OK,
        Outcome::Warn => WARNING,
        Outcome::Fail => BAD,
        Outcome::Skip => ACTIVE,
    }
}

/// Returns a detail as text, or `None` if it has no content.
fn format_value(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().filter_map(format_value).collect::<Vec<_>>().join("; "),
        Value::Object(fields) => {
            let pairs = fields
                .iter()
                .map(|(name, value)| format!("{name} ({})", format_value(value).unwrap_or_default()));
            pairs.collect::<Vec<_>>().join(", ")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}
