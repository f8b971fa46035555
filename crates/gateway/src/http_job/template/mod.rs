//! Texts, URLs, and bodies of requests with variables and secrets.

mod body;
mod mask;
mod secret;
mod text;
mod url;

pub use body::JsonTemplate;
pub(super) use mask::SecretMask;
pub use secret::SecretSource;
pub(super) use secret::SecretValues;
pub use text::{Template, Variable};
pub(super) use text::{Variables, encode};
pub use url::UrlTemplate;
pub(super) use url::parse_of_origin;
