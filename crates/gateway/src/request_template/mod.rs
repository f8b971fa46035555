//! Texts and JSON documents of requests with variables and secrets.

mod json;
mod text;

pub use json::JsonTemplate;
pub(crate) use text::Part;
pub use text::{Template, TemplateVariable};
