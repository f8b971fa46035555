//! Writes lines as text, CSV or JSON, for the clipboard and for files.

use std::fmt::Write;

use super::lines::LineView;
use crate::{
    model::{format, visible_text::is_invisible},
    text::t,
};

/// Format of exported lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Text,
    Csv,
    Json,
}

/// The lines to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineSelection {
    All,
    /// The lines that the filter shows.
    Shown,
    Selected,
}

impl LineSelection {
    pub fn label(self) -> &'static str {
        match self {
            Self::All => t("All"),
            Self::Shown => t("Shown"),
            Self::Selected => t("Selected"),
        }
    }
}

impl ExportFormat {
    pub const ALL: [Self; 3] = [Self::Text, Self::Csv, Self::Json];

    pub fn label(self) -> &'static str {
        match self {
            Self::Text => t("Text"),
            Self::Csv => "CSV",
            Self::Json => "JSON",
        }
    }

    /// Returns the file name extension.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// Returns the text before the first line.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Text => "",
            // The byte order mark makes spreadsheets read UTF-8.
            Self::Csv => "\u{feff}line,time,severity,message\r\n",
            Self::Json => "[\n",
        }
    }

    /// Returns the text after the last line.
    pub const fn footer(self) -> &'static str {
        match self {
            Self::Json => "\n]\n",
            _ => "",
        }
    }

    /// Writes the line with an index. Times are in UTC. Text and CSV replace invisible characters with symbols, because
    /// terminals and spreadsheets could interpret them; JSON keeps all characters.
    pub fn write_line(self, out: &mut String, line: usize, view: &LineView<'_>, is_first: bool) {
        let time = view.time.map(|time| time.to_string()).unwrap_or_default();
        let severity = view.severity.to_string();
        match self {
            Self::Text => write_text_line(out, view, &format::block(view.message)),
            Self::Csv => {
                let _ = write!(out, "{},{time},{severity},", line + 1);
                write_csv_cell(out, &format::block(view.message));
                out.push_str("\r\n");
            }
            Self::Json => {
                out.push_str(if is_first { "" } else { ",\n" });
                let _ = write!(out, "{{\"line\":{},\"time\":", line + 1);
                match view.time {
                    Some(_) => write_json_string(out, &time),
                    None => out.push_str("null"),
                }
                out.push_str(",\"severity\":");
                write_json_string(out, &severity);
                out.push_str(",\"message\":");
                write_json_string(out, view.message);
                out.push('}');
            }
        }
    }
}

/// Writes time, severity and message of a line. `message` must have no invisible characters.
pub(super) fn write_text_line(out: &mut String, view: &LineView<'_>, message: &str) {
    if let Some(time) = view.time {
        let _ = write!(out, "{time}  ");
    }
    // The width of the longest severity.
    let severity = view.severity.to_string();
    let _ = writeln!(out, "{severity:<13}{message}");
}

/// Writes a CSV cell. A text that a spreadsheet would evaluate as a formula is prefixed with an apostrophe.
fn write_csv_cell(out: &mut String, text: &str) {
    out.push('"');
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
        out.push('\'');
    }
    for c in text.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}

/// Writes a JSON string. Invisible characters are escaped, so that a file is as safe to show as a text.
fn write_json_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if is_invisible(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use txjobs_sdk::{Severity, Timestamp};

    use super::*;
    use crate::log::lines::Level;

    fn export(format: ExportFormat, messages: &[&str]) -> String {
        let mut out = format.header().to_owned();
        for (at, message) in messages.iter().enumerate() {
            let time = (at == 0).then(|| Timestamp::from_unix(0, 0));
            let view = LineView { severity: Severity::Error, level: Level::Error, time, message };
            format.write_line(&mut out, at, &view, at == 0);
        }
        out + format.footer()
    }

    #[test]
    fn text_shows_control_characters_as_symbols() {
        assert_eq!(
            export(ExportFormat::Text, &["a", "\u{1b}[31mred"]),
            "1970-01-01T00:00:00Z  error        a\nerror        ␛[31mred\n"
        );
    }

    #[test]
    fn csv_escapes_formulas() {
        let csv = export(ExportFormat::Csv, &["=1+1", "a \"b\", c", "-2", "two\nlines", "plain = x"]);
        assert!(
            csv.starts_with(
                "\u{feff}line,time,severity,message\r\n1,1970-01-01T00:00:00Z,error,\"'=1+1\"\r\n"
            )
        );
        for cell in [
            "2,,error,\"a \"\"b\"\", c\"\r\n",
            "3,,error,\"'-2\"\r\n",
            "\"two\nlines\"\r\n",
            "\"plain = x\"\r\n",
        ] {
            assert!(csv.contains(cell), "{csv}");
        }
    }

    #[test]
    fn json_is_valid_and_keeps_all_characters() {
        let messages = ["a \"b\" \\ \u{1b} \r\n \t é \u{202e} \u{e0041} \u{2028}", "", "c"];
        let json = export(ExportFormat::Json, &messages);
        assert!(!json.contains(['\u{1b}', '\u{202e}', '\u{e0041}', '\u{2028}']), "{json}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let lines = value.as_array().unwrap();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0]["message"], messages[0]);
        assert_eq!(lines[0]["time"], "1970-01-01T00:00:00Z");
        assert!(lines[1]["time"].is_null());
        assert_eq!((&lines[2]["line"], &lines[2]["severity"]), (&3.into(), &"error".into()));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&export(ExportFormat::Json, &[])).unwrap(),
            serde_json::json!([])
        );
    }
}
