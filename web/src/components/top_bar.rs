use txjobs_sdk::Timestamp;

use super::{icon, open, profiles};
use crate::{
    browser,
    dom::{El, IntoView, View, button, el, show},
    reactive::RwSignal,
    state::{Theme, app},
};

/// Renders the bar above all screens: profile, search, age of the data, theme and settings.
pub fn top_bar() -> El {
    let app = app();
    let settings = el("a").class("ghost").attr("href", "#/settings").attr("aria-label", "Settings");
    let jump = button("jump", || open("palette"))
        .attr("aria-label", "Search or jump")
        .attr("aria-keyshortcuts", "Control+K")
        .child(icon("find"))
        .child(el("span").class("roomy").child("Search or jump"))
        // The style sheet adds the text, which would otherwise have to be part of the accessible name.
        .child(el("kbd").class("roomy"));
    el("header")
        .class("top")
        .child(el("a").class("brand").attr("href", "#/").child("txjobs"))
        .child(show(move || app.session.with(Option::is_some), profiles))
        .child(el("span").class("grow"))
        .child(jump)
        .child(el("span").class("grow wide"))
        .child(show(move || app.session.with(Option::is_some), age))
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
    button("ghost theme", move || app.theme.set(next()))
        .attr("aria-label", label)
        .attr("title", label)
        .child(shape)
}

/// Renders the age of the data and the refresh button.
fn age() -> View {
    let app = app();
    let is_old = move || app.jobs.trouble.with(Option::is_some);
    let words = move || match (app.age(), is_old()) {
        (Some(age), false) => format!("updated {age}"),
        (Some(age), true) => format!("not updated since {age}"),
        (None, _) => String::new(),
    };
    let exact = move || {
        let updated = app.jobs.updated.get().map(Timestamp::from_unix_millis);
        updated.map(|at| app.zone().exact(at)).unwrap_or_default()
    };
    // The animation shows that the click had an effect even if the data is unchanged.
    let pressed = RwSignal::new(false);
    let refresh = move || {
        app.refresh();
        pressed.set(true);
        browser::spawn(async move {
            browser::sleep(600).await;
            pressed.try_set(false);
        });
    };
    let button = button("ghost refresh", refresh)
        .class_if("turning", pressed)
        .attr("aria-label", "Refresh")
        .attr("title", "Refresh")
        .child(icon("refresh"));
    (el("span").class("quiet age").class_if("old", is_old).attr("title", exact).child(words), button)
        .into_view()
}
