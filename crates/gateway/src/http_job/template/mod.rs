//! Texts, URLs, and bodies of requests with variables and secrets.

mod body;
mod text;
mod url;

pub use body::JsonTemplate;
pub(super) use text::Variables;
pub use text::{Template, Variable};
pub use url::UrlTemplate;
pub(super) use url::parse_of_origin;
