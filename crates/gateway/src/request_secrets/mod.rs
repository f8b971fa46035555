//! Secrets of requests to other systems: where they are, and how they are kept out of texts.

mod decode;
mod encode;
mod forms;
mod mask;
mod secret;

pub(crate) use encode::encode;
pub(crate) use mask::SecretMask;
pub use secret::SecretSource;
pub(crate) use secret::SecretValues;
