//! The fields of the connect form.

use txjobs_sdk::ApiKey;
use web_sys::{Event, HtmlInputElement};

use super::{Outcome, session};
use crate::{
    browser,
    dom::El,
    domain,
    profile::{Color, Profile},
    reactive::RwSignal,
    state::{App, Session},
};

/// Minimum length of the passphrase of a new vault in characters.
const SHORTEST: usize = 12;

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
    pub(super) domain_wrong: RwSignal<String>,
    pub(super) key_wrong: RwSignal<String>,
    pub(super) header_wrong: RwSignal<String>,
    pub(super) passphrase_wrong: RwSignal<String>,
    pub(super) outcome: RwSignal<Outcome>,
}

impl Fields {
    pub(super) fn new(profile: Profile, remember: bool, key: &El, passphrase: &El) -> Self {
        let words = || RwSignal::new(String::new());
        Self {
            domain: RwSignal::new(profile.domain),
            header: RwSignal::new(profile.header),
            name: RwSignal::new(profile.name),
            color: RwSignal::new(profile.color),
            is_production: RwSignal::new(profile.is_production),
            remember: RwSignal::new(remember),
            key: RwSignal::new(key.get()),
            passphrase: RwSignal::new(passphrase.get()),
            domain_wrong: words(),
            key_wrong: words(),
            header_wrong: words(),
            passphrase_wrong: words(),
            outcome: RwSignal::new(Outcome::None),
        }
    }

    pub(super) fn is_trying(self) -> bool {
        self.outcome.with(|outcome| *outcome == Outcome::Trying)
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

    /// Whether the known key can be used: no other key is entered and the domain is unchanged.
    pub(super) fn keeps_key(self, domain: &str) -> bool {
        self.domain.with_untracked(|typed| typed.trim() == domain)
            && self.key.with_untracked(|input| input.value().is_empty())
    }

    /// Validates the fields and returns the connection. Shows errors beside invalid fields.
    pub(super) fn read(self, app: App, known: Option<ApiKey>) -> Option<Session> {
        let profile = self.profile();
        let base = profile.base().map_err(|problem| self.domain_wrong.set(problem.to_string()));
        let has_header = domain::is_header_name(&profile.header);
        if !has_header {
            let words = "This is not a valid header name. Use letters, digits and hyphens.";
            self.header_wrong.set(words.to_owned());
        }
        let key = known.map_or_else(|| ApiKey::new(self.key.with_untracked(HtmlInputElement::value)), Ok);
        let key = key.map_err(|problem| self.key_wrong.set(problem.to_string()));
        match (&base, key, has_header) {
            (Ok(_), Ok(key), true) => return session(app, profile, key),
            (Err(()), ..) => browser::focus("domain"),
            (_, Err(()), _) => browser::focus("key"),
            _ => browser::focus("header"),
        }
        None
    }

    /// Returns the entered passphrase and clears its field. Returns `None` if it is too short for a new vault.
    pub(super) fn take_passphrase(self, app: App) -> Option<String> {
        let typed = self.passphrase.with_untracked(HtmlInputElement::value);
        let is_new = app.remembered.with_untracked(Vec::is_empty);
        if is_new && typed.chars().count() < SHORTEST {
            self.refuse_passphrase("Choose at least 12 characters, for example several words.");
            return None;
        }
        self.passphrase.with_untracked(|input| input.set_value(""));
        Some(typed)
    }

    pub(super) fn refuse_passphrase(self, words: &str) {
        self.passphrase_wrong.try_set(words.to_owned());
        browser::focus("passphrase");
    }
}

/// Binds an input to a signal. A change clears the error of the field.
pub(super) fn bound(input: El, text: RwSignal<String>, wrong: Option<RwSignal<String>>) -> El {
    let field: HtmlInputElement = input.get();
    input.value(text).on("input", move |_: Event| {
        text.set(field.value());
        if let Some(wrong) = wrong {
            wrong.set(String::new());
        }
    })
}
