//! The connection, and how things are shown.

use crate::components::press;
use leptos::prelude::*;

use crate::{
    browser,
    state::{Session, Theme, app},
};

/// The settings screen.
#[component]
pub fn SettingsPage(session: Session) -> impl IntoView {
    browser::set_title("Settings · txjobs");
    let app = app();
    let extensions = move || {
        let has = app.extensions.get();
        let names = [("cancel", has.cancel), ("after", has.after), ("limit", has.limit), ("logs", has.logs)];
        let names: Vec<_> = names.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect();
        if names.is_empty() { "none: the vendor's contract and no more".to_owned() } else { names.join(", ") }
    };
    view! {
        <main>
            <div class="settings">
                <h1 id="title" tabindex="-1">"Settings"</h1>
                <section class="panel" aria-labelledby="connection">
                    <h2 id="connection">"Connection"</h2>
                    <dl class="facts">
                        <dt>"Server"</dt> <dd><bdi>{session.profile.title()}</bdi></dd>
                        <dt>"Domain"</dt> <dd>{session.base.clone()}</dd>
                        <dt>"API key"</dt> <dd>"in memory, sent as the header " <code>{session.header.clone()}</code></dd>
                        <dt>"Extensions"</dt> <dd>{extensions}</dd>
                    </dl>
                    <div class="bar">
                        <button type="button" class="button" on:click=press(move || app.disconnect())>"Disconnect and forget the key"</button>
                    </div>
                </section>
                <section class="panel" aria-labelledby="looks">
                    <h2 id="looks">"Appearance"</h2>
                    <fieldset>
                        <legend>"Theme"</legend>
                        <div class="choices">
                            {Theme::ALL.map(|theme| view! {
                                <label>
                                    <input type="radio" name="theme" prop:checked=move || app.theme.get() == theme
                                        on:change=move |_| app.theme.set(theme) />
                                    {theme.name()}
                                </label>
                            }).collect_view()}
                        </div>
                    </fieldset>
                    <fieldset>
                        <legend>"Times"</legend>
                        <div class="choices">
                            {[("local time", false), ("UTC", true)].map(|(label, utc)| view! {
                                <label>
                                    <input type="radio" name="zone" prop:checked=move || app.utc.get() == utc
                                        on:change=move |_| app.utc.set(utc) />
                                    {label}
                                </label>
                            }).collect_view()}
                        </div>
                    </fieldset>
                </section>
            </div>
        </main>
    }
}
