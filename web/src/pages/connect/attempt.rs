//! Connection attempts.

use std::sync::Arc;

use leptos::prelude::*;
use txjobs_sdk::Error;

use crate::{
    api::Api,
    profiles::{key_store, profile::Profile, saved_profiles, session::Session},
    state::Connection,
};

/// A connection attempt.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    /// The connection. The key may be missing if the vault has it.
    pub(super) target: Target,
    /// Id of the profile before it was edited.
    pub(super) old_id: String,
    /// Unlocks the vault first.
    pub(super) passphrase: Option<String>,
    pub(super) on_success: OnSuccess,
}

/// What to connect to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Session(Session),
    /// A profile whose key is in the vault.
    Remembered(Profile),
}

/// What to do after a successful attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnSuccess {
    ShowResult,
    Connect,
    /// Connect and store the key in the unlocked vault.
    ConnectAndRemember,
}

/// Result of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum AttemptResult {
    /// The connection works. The number of jobs on the server.
    Works(usize),
    Connected,
    WrongPassphrase,
    Failed(Error),
}

/// The connection attempts of a form. An attempt ends with its form, so that it does not connect to a server that is no
/// longer selected.
#[derive(Clone, Copy)]
pub(super) struct Attempts {
    action: Action<Attempt, AttemptResult>,
    running: StoredValue<Option<ActionAbortHandle>, LocalStorage>,
}

impl Attempts {
    pub(super) fn new(connection: Connection) -> Self {
        let action = Action::new_local(move |attempt: &Attempt| connect(connection, attempt.clone()));
        let running = StoredValue::new_local(None::<ActionAbortHandle>);
        on_cleanup(move || {
            if let Some(Some(running)) = running.try_update_value(Option::take) {
                running.abort();
            }
        });
        Self { action, running }
    }

    pub(super) fn start(self, attempt: Attempt) {
        self.running.set_value(Some(self.action.dispatch_local(attempt)));
    }

    /// Returns whether an attempt is running.
    pub(super) fn pending(self) -> Memo<bool> {
        self.action.pending()
    }

    /// Returns the result of the last attempt.
    pub(super) fn result(self) -> Signal<Option<AttemptResult>> {
        self.action.value().into()
    }
}

async fn connect(connection: Connection, attempt: Attempt) -> AttemptResult {
    let Attempt { target, old_id, passphrase, on_success } = attempt;
    if let Some(passphrase) = passphrase
        && !connection.vault.unlock(&passphrase).await
    {
        return AttemptResult::WrongPassphrase;
    }
    let session = match target {
        Target::Session(session) => session,
        Target::Remembered(profile) => match (key_store::get(&profile.id()), profile.base()) {
            (Some(key), Ok(base)) => Session { header: profile.header.clone(), profile, base, key },
            _ => return AttemptResult::WrongPassphrase,
        },
    };
    let response = match Api::new(Arc::new(session.clone())).test_connection().await {
        Err(error) => return AttemptResult::Failed(error),
        Ok(response) if on_success == OnSuccess::ShowResult => {
            return AttemptResult::Works(response.value.len());
        }
        Ok(response) => response,
    };
    let id = session.profile.id();
    save_profile(connection, &session.profile, &old_id);
    if old_id != id && connection.vault.remembered.with_untracked(|ids| ids.contains(&old_id)) {
        connection.vault.forget(&old_id).await;
    }
    if on_success == OnSuccess::ConnectAndRemember {
        connection.vault.remember(&id, &session.key).await;
    }
    // The test has already loaded the jobs.
    connection.loaded_jobs.set_value(Some(response));
    connection.connect(session);
    AttemptResult::Connected
}

/// Saves a profile in place of its version before the edit.
fn save_profile(connection: Connection, profile: &Profile, old_id: &str) {
    connection.profiles.update(|all| {
        let id = profile.id();
        match all.iter_mut().find(|other| other.id() == old_id || other.id() == id) {
            Some(other) => *other = profile.clone(),
            None => all.push(profile.clone()),
        }
    });
    connection.profiles.with_untracked(|all| saved_profiles::save(all));
}
