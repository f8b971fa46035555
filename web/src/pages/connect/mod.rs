//! The connect screen: selects a server and its key.

mod fields;
mod form;
mod more;
mod unlock;

use txjobs_sdk::{ApiKey, Error, ErrorKind};

use crate::{
    api, browser,
    components::{icon, trouble_note},
    config::Preset,
    dom::{El, IntoView, View, button, el},
    domain, format, keyring, poll,
    profile::{self, Profile},
    reactive::{Memo, RwSignal},
    state::{App, Session, app},
};

/// Progress and result of the last connection attempt.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    None,
    Trying,
    Works(usize),
    Failed(Error),
}

/// Renders the connect screen. It appears for any link while there is no connection.
pub fn connect_page(preset: Preset) -> El {
    browser::set_title("Connect · txjobs");
    let app = app();
    let lead = move || match app.was_locked.get() {
        true => "Locked because the page was idle.",
        false => "Start TimeXtender jobs, follow their runs and read their logs.",
    };
    let head = el("div")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child("Connect to a server"))
        .child(el("p").class("quiet").attr("role", "status").child(lead));
    // Whether to show the connect form for a profile with a remembered key.
    let another_key = RwSignal::new(false);
    // A memo, so that reading the vault does not replace the form while the user types.
    let is_locked = Memo::new(move || {
        let id = app.chosen.with(Profile::id);
        // Untracked, because the form that unlocks the vault must stay to show the progress.
        let is_kept = app.remembered.with(|kept| kept.contains(&id)) && !app.is_open.get_untracked();
        is_kept && !another_key.get()
    });
    let body = move || {
        let profile = app.chosen.get();
        if is_locked.get() {
            unlock::unlock(app, profile, another_key).into_view()
        } else {
            form::form(app, profile, &preset).into_view()
        }
    };
    let card = el("div").class("card").child(head).child(move || choices(app, another_key)).child(body);
    el("main").child(card)
}

/// Renders the choice between known profiles and a new one.
fn choices(app: App, another_key: RwSignal<bool>) -> Option<El> {
    let profiles = app.profiles.get();
    if profiles.len() < 2 && profiles.iter().all(|profile| app.chosen.with(|chosen| chosen == profile)) {
        return None;
    }
    let choose = move |profile: Profile| {
        another_key.set(false);
        app.chosen.set(profile);
    };
    let one = |profile: Profile| {
        let id = profile.id();
        let is_chosen = move || app.chosen.with(|chosen| chosen.id() == id).to_string();
        let swatch = el("span").class(format!("swatch {}", profile.color.name()));
        let name = el("bdi").child(profile.title());
        button("choice", move || choose(profile.clone()))
            .attr("aria-pressed", is_chosen)
            .child(swatch)
            .child(name)
    };
    let new = button("choice", move || choose(Profile::default())).child("New…");
    let all: Vec<_> = profiles.into_iter().map(one).chain([new]).collect();
    Some(el("div").class("choices").attr("role", "group").attr("aria-label", "Profile").child(all))
}

/// Renders the progress or result of the last attempt.
fn result(outcome: RwSignal<Outcome>, typed: RwSignal<String>) -> View {
    match outcome.get() {
        Outcome::None => View::default(),
        Outcome::Trying => el("p").class("quiet").child("Connecting…").into_view(),
        Outcome::Works(jobs) => {
            let words = format!("Connection works: {}.", format::plural(jobs, "job"));
            el("p").class("fine").child(icon("check")).child(" ").child(words).into_view()
        }
        Outcome::Failed(trouble) => {
            let typed = typed.get_untracked();
            let is_local = trouble.kind == ErrorKind::BlockedByBrowser
                && browser::is_https()
                && domain::is_this_machine(typed.trim());
            let local = is_local.then(|| el("p").class("quiet").child(domain::LOCAL_NETWORK));
            (trouble_note(&trouble, "", ()), local).into_view()
        }
    }
}

/// Creates an input without auto-completion, capitalization and spell checking.
fn input(id: &'static str, kind: &'static str) -> El {
    el("input")
        .attr("id", id)
        .class("field")
        .attr("type", kind)
        .attr("autocomplete", "off")
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
}

fn control(id: &'static str, label: &'static str, input: El) -> El {
    el("div").class("control").child(el("label").attr("for", id).child(label)).child(input)
}

fn wrong(id: &'static str, words: RwSignal<String>) -> El {
    el("span").attr("id", id).class("wrong").child(words)
}

/// Returns the value of `aria-invalid`.
fn is_invalid(wrong: RwSignal<String>) -> impl Fn() -> String {
    move || wrong.with(|wrong| !wrong.is_empty()).to_string()
}

/// Creates a connection. Returns `None` if the domain of the profile is invalid.
fn session(app: App, profile: Profile, key: ApiKey) -> Option<Session> {
    let base = profile.base().ok()?;
    Some(Session { number: app.session_count(), header: profile.header.clone(), profile, base, key })
}

/// What to do after a successful attempt.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Tell,
    Connect,
    /// Connect and store the key in the unlocked vault.
    Remember,
}

/// Tries to connect. `before` is the id of the profile before it was edited.
async fn try_it(app: App, session: Session, before: String, outcome: RwSignal<Outcome>, then: Then) {
    match api::test(&session).await {
        Ok(answer) if then == Then::Tell => outcome.try_set(Outcome::Works(answer.value.len())),
        Ok(answer) => {
            let id = session.profile.id();
            keep_profile(app, &session.profile, &before);
            if before != id && app.remembered.with_untracked(|kept| kept.contains(&before)) {
                keyring::forget(app, before).await;
            }
            if then == Then::Remember {
                keyring::remember(app, &id, &session.key).await;
            }
            app.connect(session);
            // The test has already loaded the jobs.
            poll::jobs_came(app, answer);
        }
        Err(trouble) => outcome.try_set(Outcome::Failed(trouble)),
    }
}

/// Saves a profile in place of its version before the edit.
fn keep_profile(app: App, profile: &Profile, before: &str) {
    app.profiles.update(|all| {
        let id = profile.id();
        match all.iter_mut().find(|other| other.id() == before || other.id() == id) {
            Some(other) => *other = profile.clone(),
            None => all.push(profile.clone()),
        }
    });
    app.profiles.with_untracked(|all| profile::remember(all));
}
