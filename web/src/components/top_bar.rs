use super::{press, while_};
use leptos::prelude::*;

use super::icon;
use crate::{
    browser,
    state::{Theme, app},
};

/// What stands above every screen: where one is connected, how old the screen is, the appearance.
#[component]
pub fn TopBar() -> impl IntoView {
    let app = app();
    let theme = move || app.theme.get();
    let next = move || match theme() {
        Theme::System => Theme::Light,
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::System,
    };
    let theme_label = move || format!("Appearance: {}. Change to {}.", theme().name(), next().name());
    view! {
        <header class="top">
            <a class="brand" href="#/">"txjobs"</a>
            {move || {
                app.session.get().map(|session| {
                    view! {
                        <a class="profile" href="#/settings" title=session.base.clone()>
                            <bdi>{session.profile.title()}</bdi>
                        </a>
                    }
                })
            }}
            <span class="grow"></span>
            {while_(move || app.session.with(Option::is_some), move || view! {
                <Age />
            }.into_any())}
            <button type="button" class="ghost" aria-label=theme_label title=theme_label
                on:click=press(move || app.theme.set(next()))>
                {move || icon(match theme() {
                    Theme::System => "half",
                    Theme::Light => "sun",
                    Theme::Dark => "moon",
                })}
            </button>
            <a class="ghost" href="#/settings" aria-label="Settings" title="Settings">{icon("gear")}</a>
        </header>
    }
}

/// How old what one sees is, and the way to renew it.
#[component]
fn Age() -> impl IntoView {
    let app = app();
    let is_old = move || app.jobs.trouble.with(Option::is_some);
    let words = move || match (app.age(), is_old()) {
        (Some(age), false) => format!("updated {age}"),
        (Some(age), true) => format!("not updated since {age}"),
        (None, _) => String::new(),
    };
    let exact = move || {
        let updated = app.jobs.updated.get().map(txjobs_sdk::Timestamp::from_unix_millis);
        updated.map(|at| app.zone().exact(at)).unwrap_or_default()
    };
    // A press that changes nothing on the screen feels like a broken button.
    let pressed = RwSignal::new(false);
    let refresh = move |_| {
        app.refresh();
        pressed.set(true);
        leptos::task::spawn_local(async move {
            browser::sleep(600).await;
            pressed.try_set(false);
        });
    };
    view! {
        <span class="quiet age" class:old=is_old title=exact>{words}</span>
        <button type="button" class="ghost refresh" class:turning=pressed aria-label="Refresh" title="Refresh" on:click=refresh>
            {icon("refresh")}
        </button>
    }
}
