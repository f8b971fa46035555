//! Connection attempts.

use txjobs_sdk::{ApiKey, Error, ErrorKind};

use crate::{
    api,
    components::{error_note, icon},
    dom::{IntoView, View, el},
    model::{domain, format},
    profiles::{profile::Profile, remembered_keys, saved_profiles, session::Session},
    reactive::RwSignal,
    state::App,
    tasks::poll,
    utils::browser,
};

/// Progress and result of the last connection attempt.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Attempt {
    None,
    InProgress,
    /// The number of jobs on the server.
    Succeeded(usize),
    Failed(Error),
}

/// Creates a connection. Returns `None` if the domain of the profile is invalid.
pub(super) fn create_session(app: App, profile: Profile, key: ApiKey) -> Option<Session> {
    let base = profile.base().ok()?;
    Some(Session { number: app.next_session_number(), header: profile.header.clone(), profile, base, key })
}

/// What to do after a successful attempt.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum OnSuccess {
    ShowResult,
    Connect,
    /// Connect and store the key in the unlocked vault.
    ConnectAndRemember,
}

/// Tries to connect. `old_id` is the id of the profile before it was edited.
pub(super) async fn connect(
    app: App,
    session: Session,
    old_id: String,
    attempt: RwSignal<Attempt>,
    on_success: OnSuccess,
) {
    match api::test_connection(&session).await {
        Ok(response) if on_success == OnSuccess::ShowResult => {
            attempt.try_set(Attempt::Succeeded(response.value.len()));
        }
        Ok(response) => {
            let id = session.profile.id();
            save_profile(app, &session.profile, &old_id);
            if old_id != id && app.remembered.with_untracked(|ids| ids.contains(&old_id)) {
                remembered_keys::forget(app, old_id).await;
            }
            if on_success == OnSuccess::ConnectAndRemember {
                remembered_keys::remember(app, &id, &session.key).await;
            }
            app.connect(session);
            // The test has already loaded the jobs.
            poll::set_jobs(app, response);
        }
        Err(error) => attempt.try_set(Attempt::Failed(error)),
    }
}

/// Saves a profile in place of its version before the edit.
fn save_profile(app: App, profile: &Profile, old_id: &str) {
    app.profiles.update(|all| {
        let id = profile.id();
        match all.iter_mut().find(|other| other.id() == old_id || other.id() == id) {
            Some(other) => *other = profile.clone(),
            None => all.push(profile.clone()),
        }
    });
    app.profiles.with_untracked(|all| saved_profiles::save(all));
}

/// Renders the progress or result of the last attempt.
pub(super) fn attempt_view(attempt: RwSignal<Attempt>, domain: RwSignal<String>) -> View {
    match attempt.get() {
        Attempt::None => View::default(),
        Attempt::InProgress => el("p").class("muted").child("Connecting…").into_view(),
        Attempt::Succeeded(jobs) => {
            let text = format!("Connection works: {}.", format::plural(jobs, "job"));
            el("p").class("success-note").child(icon("check")).child(" ").child(text).into_view()
        }
        Attempt::Failed(error) => {
            let domain = domain.get_untracked();
            let is_local = error.kind == ErrorKind::BlockedByBrowser
                && browser::is_https()
                && domain::is_this_machine(domain.trim());
            let hint = is_local.then(|| el("p").class("muted").child(domain::LOCAL_NETWORK_HINT));
            (error_note(&error, "", ()), hint).into_view()
        }
    }
}
