//! The authentication of clients.

use maud::{Markup, html};

use super::markdown::markdown;
use super::spec::{Spec, members, text};

/// The most characters of a line of a command.
const MAX_LINE: usize = 50;

/// The security scheme of every operation.
pub struct Scheme<'a> {
    /// What a client needs, in one word.
    pub id: &'static str,
    pub title: &'static str,
    /// The header up to the key.
    header: String,
    /// The environment variable with the key.
    variable: String,
    description: &'a str,
}

impl<'a> Scheme<'a> {
    pub fn of(spec: &'a Spec) -> Self {
        let (name, _) = members(&spec.at("/security")[0]).next().expect("a security scheme");
        let definition = spec.at(&format!("/components/securitySchemes/{name}"));
        let (id, title, header) = match (text(definition, "type"), &definition["in"], &definition["scheme"]) {
            ("apiKey", location, _) if location == "header" => {
                ("key", "API key", format!("{}:", text(definition, "name")))
            }
            ("http", _, scheme) if scheme == "bearer" => {
                ("token", "Bearer token", "Authorization: Bearer".to_owned())
            }
            _ => panic!("a security scheme that the page cannot show: {definition}"),
        };
        Self { id, title, header, variable: variable(name), description: text(definition, "description") }
    }

    /// Returns a command that prints the header. The key is not an argument of a program, and not in the shell's history.
    pub fn header_command(&self) -> String {
        let (text, variable) = (format!("printf '{} %s'", self.header), format!("\"${}\"", self.variable));
        let separator = if text.len() + variable.len() > MAX_LINE { " \\\n  " } else { " " };
        format!("{text}{separator}{variable}")
    }
}

/// Converts a name like `apiKey` to `TXJOBS_API_KEY`.
fn variable(name: &str) -> String {
    let words = name.chars().flat_map(|c| c.is_uppercase().then_some('_').into_iter().chain(Some(c)));
    format!("TXJOBS_{}", words.collect::<String>().to_uppercase())
}

/// Returns the section about the scheme.
pub fn section(spec: &Spec, scheme: &Scheme<'_>) -> Markup {
    html! {
        section id=(scheme.id) {
            div.opening { h2 { (scheme.title) } }
            article {
                div.description {
                    p.call { span.method { "header" } " " code { (scheme.header.trim_end_matches(':')) } }
                    div.prose {
                        (markdown(spec, scheme.description))
                        p {
                            "The commands on this page read the " (scheme.id) " from an environment variable and pass \
                             it to curl on standard input, so that it appears neither in the list of processes nor in the \
                             shell history."
                        }
                    }
                }
            }
        }
    }
}
