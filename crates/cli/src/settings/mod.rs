//! The settings of a command: the server, how to reach it, and where each value comes from.

mod base_url;
pub(crate) mod files;
mod folder;
mod key_file;
mod key_store;
mod keys;
mod layers;
mod options;

pub(crate) use base_url::{base_url, web_address};
pub(crate) use files::KeyStore;
pub(crate) use key_store::{forget_key, store_key};
pub(crate) use keys::{find_key_source, read_key, read_new_key};
pub(crate) use layers::{Setting, Settings, Source, StoredKey};
pub(crate) use options::{KeyInput, ServerOptions};
