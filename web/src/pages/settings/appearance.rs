use leptos::prelude::*;

use super::choices::{Choice, Choices};
use crate::{
    state::{Preferences, Stored, Theme},
    text::{LANGUAGE_SETTING, Language, t},
    utils::notification,
};

/// Renders the choice of theme, time zone, language and notifications.
#[component]
pub(super) fn AppearancePanel() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let themes = Theme::ALL.map(|theme| {
        let is_selected = Signal::derive(move || preferences.theme.get() == theme);
        let select = move || preferences.theme.set(theme);
        view! { <Choice group="theme" label=theme.name() is_selected on_select=select /> }
    });
    let zones = [(t("local time"), false), ("UTC", true)].map(|(label, utc)| {
        let is_selected = Signal::derive(move || preferences.utc.get() == utc);
        view! { <Choice group="zone" label is_selected on_select=move || preferences.utc.set(utc) /> }
    });
    view! {
        <section class="panel" aria-labelledby="appearance">
            <h2 id="appearance">{t("Appearance")}</h2>
            <Choices legend=t("Theme")>{themes.collect_view()}</Choices>
            <Choices legend=t("Times")>{zones.collect_view()}</Choices>
            <LanguageChoice />
            <NotificationChoices />
        </section>
    }
}

/// Renders the choice of the language. The page is not reloaded here, because the API key may be in memory only.
#[component]
fn LanguageChoice() -> impl IntoView {
    let setting = Stored::<Language>::new(LANGUAGE_SETTING);
    // A select has no options yet when its own value is set, so each option says whether it is selected.
    let options = Language::ALL.map(|language| {
        let name = language.name().unwrap_or_else(|| t("Language of the browser"));
        view! {
            <option value=language.to_string() prop:selected=move || setting.get() == language>
                {name}
            </option>
        }
    });
    let select = move |code: String| setting.set(code.parse().unwrap_or_default());
    view! {
        <div class="control">
            <label for="language">{t("Language")}</label>
            <select
                class="field"
                id="language"
                aria-describedby="language-hint"
                on:change:target=move |event| select(event.target().value())
            >
                {options.collect_view()}
            </select>
            <span id="language-hint" class="hint">
                {t("Applies after the page is loaded again.")}
            </span>
        </div>
    }
}

/// Renders the choice of notifications. The browser asks for permission only when the user turns them on.
#[component]
fn NotificationChoices() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let set_notifies = Action::new_local(move |&notifies: &bool| async move {
        let is_permitted = notifies && notification::request_permission().await;
        preferences.notifies.set(is_permitted);
        notifies && !is_permitted
    });
    let is_blocked = move || set_notifies.value().get() == Some(true);
    let is_on = Memo::new(move |_| {
        // The permission is not a signal. It can only be lost outside of the page.
        preferences.notifies.get() && notification::is_permitted()
    });
    // A refused choice leaves the setting unchanged, so reset the radio button.
    let is_selected = move |notifies: bool| {
        Signal::derive(move || {
            set_notifies.version().track();
            is_on.get() == notifies
        })
    };
    let choices = [(t("off"), false), (t("on"), true)].map(|(label, notifies)| {
        let select = move || {
            set_notifies.dispatch_local(notifies);
        };
        view! {
            <Choice group="notifications" label is_selected=is_selected(notifies) on_select=select />
        }
    });
    view! {
        <Choices legend=t("Notifications when a run started here ends")>{choices.collect_view()}</Choices>
        <span role="status" class="muted">
            {move || {
                is_blocked()
                    .then_some(
                        t("The browser blocks notifications. Allow them in its settings for this page."),
                    )
            }}
        </span>
    }
}
