//! How a client says who it is.

use maud::{Markup, html};

use super::{
    Spec,
    markdown::markdown,
    spec::{members, text},
};

/// What has room in a line beside the text.
const LINE: usize = 50;

/// The scheme that every operation wants.
pub struct Scheme<'a> {
    /// What a client has to have, in a word.
    pub id: &'static str,
    pub title: &'static str,
    /// What the header has before it.
    header: String,
    /// The environment variable that the command line reads as well.
    variable: String,
    description: &'a str,
}

impl<'a> Scheme<'a> {
    pub fn of(spec: &'a Spec) -> Self {
        let (name, _) = members(&spec.at("/security")[0]).next().expect("a security scheme");
        let said = spec.at(&format!("/components/securitySchemes/{name}"));
        let (id, title, header) = match (text(said, "type"), &said["in"], &said["scheme"]) {
            ("apiKey", place, _) if place == "header" => {
                ("key", "API key", format!("{}:", text(said, "name")))
            }
            ("http", _, scheme) if scheme == "bearer" => {
                ("token", "Bearer token", "Authorization: Bearer".to_owned())
            }
            _ => panic!("a security scheme that the page cannot show: {said}"),
        };
        Self { id, title, header, variable: variable(name), description: text(said, "description") }
    }

    /// A command that shows the key to nobody: it is no argument of a program, and not in the shell's history.
    pub fn printed(&self) -> String {
        let (text, variable) = (format!("printf '{} %s'", self.header), format!("\"${}\"", self.variable));
        let separator = if text.len() + variable.len() > LINE { " \\\n  " } else { " " };
        format!("{text}{separator}{variable}")
    }
}

/// `apiKey` is in `TXJOBS_API_KEY`.
fn variable(name: &str) -> String {
    let words = name.chars().flat_map(|c| c.is_uppercase().then_some('_').into_iter().chain(Some(c)));
    format!("TXJOBS_{}", words.collect::<String>().to_uppercase())
}

pub fn section(spec: &Spec, scheme: &Scheme<'_>) -> Markup {
    html! {
        section id=(scheme.id) {
            div.opening { h2 { (scheme.title) } }
            article {
                div.said {
                    p.call { span.method { "header" } " " code { (scheme.header.trim_end_matches(':')) } }
                    div.prose {
                        (markdown(spec, scheme.description))
                        p {
                            "The commands on this page read the " (scheme.id) " from an environment variable and hand \
                             it to curl on its standard input, so that it is in no list of processes and in no shell \
                             history."
                        }
                    }
                }
            }
        }
    }
}
