//! The fields of the connect form.

use leptos::{html, prelude::*};
use txjobs_sdk::ApiKey;

use crate::{
    model::domain,
    profiles::{
        key_store,
        profile::{Color, Profile},
        session::Session,
    },
    state::Vault,
    text::t,
    utils::focus::focus,
};

/// Minimum length of the passphrase of a new vault in characters.
const MIN_PASSPHRASE_CHARS: usize = 12;

/// State of the form. Key and passphrase stay in their input elements until they are used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    /// The profile before it is edited.
    pub(super) original: StoredValue<Profile>,
    pub(super) domain: RwSignal<String>,
    pub(super) header: RwSignal<String>,
    pub(super) name: RwSignal<String>,
    pub(super) color: RwSignal<Color>,
    pub(super) is_production: RwSignal<bool>,
    pub(super) remember: RwSignal<bool>,
    pub(super) key: NodeRef<html::Input>,
    pub(super) passphrase: NodeRef<html::Input>,
    pub(super) domain_error: RwSignal<String>,
    pub(super) key_error: RwSignal<String>,
    pub(super) header_error: RwSignal<String>,
    pub(super) passphrase_error: RwSignal<String>,
}

impl Fields {
    /// Creates the state, filled in with the profile.
    pub(super) fn new(profile: Profile, remember: bool) -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            domain: RwSignal::new(profile.domain.clone()),
            header: RwSignal::new(profile.header.clone()),
            name: RwSignal::new(profile.name.clone()),
            color: RwSignal::new(profile.color),
            is_production: RwSignal::new(profile.is_production),
            original: StoredValue::new(profile),
            remember: RwSignal::new(remember),
            key: NodeRef::new(),
            passphrase: NodeRef::new(),
            domain_error: empty(),
            key_error: empty(),
            header_error: empty(),
            passphrase_error: empty(),
        }
    }

    fn profile(self) -> Profile {
        let text = |field: RwSignal<String>| field.with_untracked(|text| text.trim().to_owned());
        Profile {
            name: text(self.name),
            domain: text(self.domain),
            header: text(self.header),
            color: self.color.get_untracked(),
            is_production: self.is_production.get_untracked(),
        }
    }

    /// Returns the key that is already in memory, if no other one is entered. A change of name or color does not require
    /// the key again, but a known key is never sent to another domain.
    fn known_key(self, entered: &str) -> Option<ApiKey> {
        let is_same_domain = self.original.with_value(|original| {
            self.domain.with_untracked(|domain| domain.trim() == original.domain.trim())
        });
        let is_usable = entered.is_empty() && is_same_domain;
        is_usable.then(|| key_store::get(&self.original.with_value(Profile::id)))?
    }

    /// Validates the fields and returns the connection. Shows errors beside invalid fields.
    pub(super) fn validate(self, demo_key: Option<ApiKey>) -> Option<Session> {
        let profile = self.profile();
        let base = profile.base().map_err(|error| self.domain_error.set(error.to_string()));
        let is_header_valid = domain::is_header_name(&profile.header);
        if !is_header_valid {
            let message = t("This is not a valid header name. Use letters, digits and hyphens.");
            self.header_error.set(message.to_owned());
        }
        let entered = value(self.key);
        let key = demo_key.or_else(|| self.known_key(&entered)).map_or_else(|| ApiKey::new(entered), Ok);
        let key = key.map_err(|error| self.key_error.set(error.to_string()));
        match (base, key, is_header_valid) {
            (Ok(base), Ok(key), true) => {
                return Some(Session { header: profile.header.clone(), profile, base, key });
            }
            (Err(()), ..) => focus("domain"),
            (_, Err(()), _) => focus("key"),
            _ => focus("header"),
        }
        None
    }

    /// Returns the entered passphrase and clears its field. Returns `None` if it is too short for a new vault.
    pub(super) fn take_passphrase(self, vault: Vault) -> Option<String> {
        let passphrase = value(self.passphrase);
        let is_new = vault.remembered.with_untracked(Vec::is_empty);
        if is_new && passphrase.chars().count() < MIN_PASSPHRASE_CHARS {
            show_error(
                self.passphrase_error,
                self.passphrase,
                t("Choose at least 12 characters, for example several words."),
            );
            return None;
        }
        clear_input(self.passphrase);
        Some(passphrase)
    }
}

/// Returns the value of an input that is not bound to a signal.
pub(super) fn value(input: NodeRef<html::Input>) -> String {
    input.get_untracked().map(|input| input.value()).unwrap_or_default()
}

/// Clears an input that is not bound to a signal.
pub(super) fn clear_input(input: NodeRef<html::Input>) {
    if let Some(input) = input.get_untracked() {
        input.set_value("");
    }
}

/// Shows an error beside a field and moves the focus to the field.
pub(super) fn show_error(error: RwSignal<String>, input: NodeRef<html::Input>, message: &str) {
    error.set(message.to_owned());
    if let Some(input) = input.get_untracked() {
        let _ = input.focus();
    }
}
