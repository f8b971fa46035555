//! The servers that the user knows, and the connection to one of them.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use txjobs_sdk::types::Job;

use super::vault::Vault;
use crate::{
    api::response::ApiResponse,
    model::config::{Preset, Relay},
    profiles::{key_store, profile::Profile, saved_profiles, session::Session},
};

/// Profiles and the current session.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    /// Content of `config.json`.
    pub preset: StoredValue<Preset>,
    /// Known servers.
    pub profiles: RwSignal<Vec<Profile>>,
    /// The profile that is connected or selected on the connect screen.
    pub profile: RwSignal<Profile>,
    /// The current session. A new session gets new components with new stores.
    pub session: RwSignal<Option<Arc<Session>>>,
    /// The jobs that the connection test has loaded, for the new session.
    pub loaded_jobs: StoredValue<Option<ApiResponse<Vec<Job>>>>,
    pub vault: Vault,
}

impl Connection {
    /// Loads the saved profiles and provides the store as a context.
    pub fn provide(preset: Preset, remembered: Vec<String>) -> Self {
        let (profiles, first) = saved_profiles::load(&preset);
        let connection = Self {
            preset: StoredValue::new(preset),
            profiles: RwSignal::new(profiles),
            profile: RwSignal::new(first),
            session: RwSignal::new(None),
            loaded_jobs: StoredValue::new(None),
            vault: Vault::new(remembered),
        };
        provide_context(connection);
        connection
    }

    /// Replaces the current session. The screen stays the same.
    pub fn connect(self, session: Session) {
        key_store::insert(session.profile.id(), session.key.clone());
        saved_profiles::save_last(&session.profile);
        self.vault.was_auto_locked.set(false);
        self.profile.set(session.profile.clone());
        self.session.set(Some(Arc::new(session)));
    }

    /// Switches to another server: immediately if its key is in memory, otherwise through the connect screen.
    pub fn switch(self, profile: Profile) {
        match (key_store::get(&profile.id()), profile.base()) {
            (Some(key), Ok(base)) => {
                let header = profile.header.clone();
                self.connect(Session { profile, base, header, key });
            }
            _ => {
                self.close();
                self.profile.set(profile);
            }
        }
    }

    /// Closes the session and removes its key.
    pub fn disconnect(self) {
        if let Some(session) = self.session.get_untracked() {
            key_store::remove(&session.profile.id());
        }
        self.close();
    }

    /// Closes the session, but keeps the key in memory.
    pub fn close(self) {
        self.session.set(None);
    }

    /// Locks the vault. Closes the session if its key is stored in the vault.
    pub fn lock_vault(self) {
        self.vault.lock();
        let id = self.session.with_untracked(|session| session.as_ref().map(|session| session.profile.id()));
        if id.is_some_and(|id| self.vault.remembered.with_untracked(|ids| ids.contains(&id))) {
            self.close();
        }
    }

    /// Removes a profile and its keys in memory and in the vault.
    pub fn remove_profile(self, id: String) {
        self.profiles.update(|all| all.retain(|profile| profile.id() != id));
        self.profiles.with_untracked(|all| saved_profiles::save(all));
        self.profile.set(self.profiles.with_untracked(|all| all.first().cloned().unwrap_or_default()));
        key_store::remove(&id);
        spawn_local(async move { self.vault.forget(&id).await });
    }

    /// Returns the known server that relays to a service. Takes the base URL of the service.
    pub fn relay_to(self, service: &str) -> Option<Profile> {
        let relay = self.preset.with_value(|preset| {
            let is_for_service = |relay: &&Relay| relay.service().as_deref() == Some(service);
            preset.relays.iter().find(is_for_service).map(|relay| relay.profile.clone())
        })?;
        let base = relay.base().ok()?;
        // The user may have given it another name.
        let known = self.profiles.with_untracked(|all| {
            all.iter().find(|profile| profile.base().is_ok_and(|other| other == base)).cloned()
        });
        Some(known.unwrap_or(Profile { domain: base, ..relay }))
    }

    /// Returns the base URL of the service that a server relays to. Takes the base URL of the server.
    pub fn service_behind(self, server: &str) -> Option<String> {
        self.preset.with_value(|preset| {
            let is_server = |relay: &&Relay| relay.profile.base().is_ok_and(|base| base == server);
            preset.relays.iter().find(is_server)?.service()
        })
    }

    /// Returns whether the selected profile is marked as production.
    pub fn is_production(self) -> bool {
        self.profile.with_untracked(|profile| profile.is_production)
    }
}
