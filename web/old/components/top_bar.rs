use txjobs_sdk::Timestamp;

use super::{dialogs::open_dialog, icon::icon, profile_menu::profile_menu};
use crate::{
    dom::{El, IntoView, View, button, el, show},
    reactive::RwSignal,
    state::{Theme, app},
    utils::browser,
};

/// Renders the bar above all screens: profile, search, age of the data, theme and settings.
pub fn top_bar() -> El {
    let app = app();
    let settings = el("a").class("icon-button").attr("href", "#/settings").attr("aria-label", "Settings");
    let search_button = button("search-button", || open_dialog("palette"))
        .attr("aria-label", "Search or jump")
        .attr("aria-keyshortcuts", "Control+K")
        .child(icon("find"))
        .child(el("span").class("hide-on-tablet").child("Search or jump"))
        // The style sheet adds the text, which would otherwise have to be part of the accessible name.
        .child(el("kbd").class("hide-on-tablet"));
    el("header")
        .class("top-bar")
        .child(el("a").class("brand").attr("href", "#/").child("txjobs"))
        .child(show(move || app.session.with(Option::is_some), profile_menu))
        .child(el("span").class("spacer"))
        .child(search_button)
        .child(el("span").class("spacer hide-on-phone"))
        .child(show(move || app.session.with(Option::is_some), data_age))
        .child(theme_button())
        .child(settings.attr("title", "Settings").child(icon("gear")))
}

fn theme_button() -> El {
    let app = app();
    let theme = move || app.theme.get();
    let next = move || match theme() {
        Theme::System => Theme::Light,
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::System,
    };
    let label = move || format!("Theme: {}. Switch to {}.", theme().name(), next().name());
    let shape = move || match theme() {
        Theme::System => icon("half"),
        Theme::Light => icon("sun"),
        Theme::Dark => icon("moon"),
    };
    button("icon-button theme", move || app.theme.set(next()))
        .attr("aria-label", label)
        .attr("title", label)
        .child(shape)
}

/// Renders the age of the data and the refresh button.
fn data_age() -> View {
    let app = app();
    let is_outdated = move || app.jobs.error.with(Option::is_some);
    let text = move || match (app.data_age(), is_outdated()) {
        (Some(age), false) => format!("updated {age}"),
        (Some(age), true) => format!("not updated since {age}"),
        (None, _) => String::new(),
    };
    let exact = move || {
        let updated = app.jobs.updated.get().map(Timestamp::from_unix_millis);
        updated.map(|at| app.zone().exact(at)).unwrap_or_default()
    };
    // The animation shows that the click had an effect even if the data is unchanged.
    let is_spinning = RwSignal::new(false);
    let refresh = move || {
        app.refresh();
        is_spinning.set(true);
        browser::spawn(async move {
            browser::sleep(600).await;
            is_spinning.try_set(false);
        });
    };
    let button = button("icon-button refresh", refresh)
        .class_if("spinning", is_spinning)
        .attr("aria-label", "Refresh")
        .attr("title", "Refresh")
        .child(icon("refresh"));
    (
        el("span").class("muted data-age").class_if("outdated", is_outdated).attr("title", exact).child(text),
        button,
    )
        .into_view()
}
