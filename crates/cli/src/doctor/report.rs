//! Writes a diagnosis as Markdown, for a maintainer of the server or of this program.

use std::time::SystemTime;

use txjobs_sdk::Timestamp;

use super::{diagnosis::Diagnosis, finding::Visibility};

/// Returns the report. The name of the host is a placeholder unless `includes_host`.
pub(crate) fn write(diagnosis: &Diagnosis, includes_host: bool) -> String {
    let mut redaction = diagnosis.redaction.clone();
    if includes_host {
        redaction.include_hosts();
    }
    let host = if includes_host {
        "the address of the server"
    } else {
        "a placeholder for the address of the server"
    };
    let time = Timestamp::from_unix(Timestamp::from(SystemTime::now()).unix_seconds(), 0);
    let mut report = format!(
        "# Report of txjobs doctor\n\n\
         This report contains what `txjobs doctor` found out about a server of the Jobs API: results, status codes, sizes, \
         times, content types, names of fields, headers on rate limits, and {host}. Ids are replaced by `ID-1`, `ID-2`, and so \
         on. It contains no API key, no names of jobs, no log lines, and no texts of errors.\n\n\
         txjobs {}, {} {}, {time}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
    );
    let mut subject = None;
    for finding in &diagnosis.findings {
        if subject != Some(finding.subject) {
            report += &format!("\n## {}\n\n", finding.subject.heading());
            subject = Some(finding.subject);
        }
        let message = redaction.redact_text(&finding.message);
        let (symbol, word) = (finding.outcome.symbol(), finding.outcome.word());
        report += &format!("- {symbol} {word} `{}`: {}\n", finding.id, escape(&message));
        for detail in &finding.details {
            let is_in_report = matches!(detail.visibility, Visibility::Report | Visibility::TextAndReport);
            if is_in_report && !detail.value.is_null() {
                let value = redaction.redact_detail(&detail.value).to_string();
                report += &format!("  - {}: `{}`\n", detail.name, value.replace('`', "'"));
            }
        }
    }
    report += &format!("\n{}\n", diagnosis.counts());
    report
}

/// Escapes the characters that Markdown interprets.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>#|".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
