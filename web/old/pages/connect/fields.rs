//! The fields of the connect form.

use txjobs_sdk::ApiKey;
use web_sys::HtmlInputElement;

use super::attempt::{Attempt, create_session};
use crate::{
    dom::El,
    model::domain,
    profiles::{
        profile::{Color, Profile},
        session::Session,
    },
    reactive::RwSignal,
    state::App,
    utils::browser,
};

/// Minimum length of the passphrase of a new vault in characters.
const MIN_PASSPHRASE_CHARS: usize = 12;

/// State of the form. Key and passphrase stay in their input elements until they are used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) domain: RwSignal<String>,
    pub(super) header: RwSignal<String>,
    pub(super) name: RwSignal<String>,
    pub(super) color: RwSignal<Color>,
    pub(super) is_production: RwSignal<bool>,
    pub(super) remember: RwSignal<bool>,
    pub(super) key: RwSignal<HtmlInputElement>,
    pub(super) passphrase: RwSignal<HtmlInputElement>,
    pub(super) domain_error: RwSignal<String>,
    pub(super) key_error: RwSignal<String>,
    pub(super) header_error: RwSignal<String>,
    pub(super) passphrase_error: RwSignal<String>,
    pub(super) attempt: RwSignal<Attempt>,
}

impl Fields {
    pub(super) fn new(profile: Profile, remember: bool, key: &El, passphrase: &El) -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            domain: RwSignal::new(profile.domain),
            header: RwSignal::new(profile.header),
            name: RwSignal::new(profile.name),
            color: RwSignal::new(profile.color),
            is_production: RwSignal::new(profile.is_production),
            remember: RwSignal::new(remember),
            key: RwSignal::new(key.get()),
            passphrase: RwSignal::new(passphrase.get()),
            domain_error: empty(),
            key_error: empty(),
            header_error: empty(),
            passphrase_error: empty(),
            attempt: RwSignal::new(Attempt::None),
        }
    }

    pub(super) fn is_in_progress(self) -> bool {
        self.attempt.with(|attempt| *attempt == Attempt::InProgress)
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

    /// Returns whether the known key can be used: no other key is entered and the domain is unchanged.
    pub(super) fn can_use_known_key(self, domain: &str) -> bool {
        self.domain.with_untracked(|entered| entered.trim() == domain)
            && self.key.with_untracked(|input| input.value().is_empty())
    }

    /// Validates the fields and returns the connection. Shows errors beside invalid fields.
    pub(super) fn validate(self, app: App, known_key: Option<ApiKey>) -> Option<Session> {
        let profile = self.profile();
        let base = profile.base().map_err(|error| self.domain_error.set(error.to_string()));
        let is_header_valid = domain::is_header_name(&profile.header);
        if !is_header_valid {
            let message = "This is not a valid header name. Use letters, digits and hyphens.";
            self.header_error.set(message.to_owned());
        }
        let key = known_key.map_or_else(|| ApiKey::new(self.key.with_untracked(HtmlInputElement::value)), Ok);
        let key = key.map_err(|error| self.key_error.set(error.to_string()));
        match (&base, key, is_header_valid) {
            (Ok(_), Ok(key), true) => return create_session(app, profile, key),
            (Err(()), ..) => browser::focus("domain"),
            (_, Err(()), _) => browser::focus("key"),
            _ => browser::focus("header"),
        }
        None
    }

    /// Returns the entered passphrase and clears its field. Returns `None` if it is too short for a new vault.
    pub(super) fn take_passphrase(self, app: App) -> Option<String> {
        let passphrase = self.passphrase.with_untracked(HtmlInputElement::value);
        let is_new = app.remembered.with_untracked(Vec::is_empty);
        if is_new && passphrase.chars().count() < MIN_PASSPHRASE_CHARS {
            self.show_passphrase_error("Choose at least 12 characters, for example several words.");
            return None;
        }
        self.passphrase.with_untracked(|input| input.set_value(""));
        Some(passphrase)
    }

    pub(super) fn show_passphrase_error(self, message: &str) {
        self.passphrase_error.try_set(message.to_owned());
        browser::focus("passphrase");
    }
}
