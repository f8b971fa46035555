//! The filters of the job list.

use txjobs_sdk::JobStatusCode;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement, KeyboardEvent};

use crate::{
    browser,
    components::icon,
    dom::{El, button, el, on_window, show},
    reactive::Memo,
    route::{Listing, Outcome, Route},
    state::app,
};

/// Applies list options. The address is updated after a moment, because some browsers limit how often it may change.
pub(super) fn set(listing: Listing) {
    let app = app();
    let route = Route::Jobs(listing);
    app.route.set(route.clone());
    browser::spawn(async move {
        browser::sleep(200).await;
        if app.route.with_untracked(|now| *now == route) {
            browser::replace(&route.to_string());
        }
    });
}

pub(super) fn filters(listing: Memo<Listing>) -> El {
    let with = move |change: &dyn Fn(&mut Listing)| {
        let mut changed = listing.get_untracked();
        change(&mut changed);
        set(changed);
    };
    let name = el("input")
        .class("field")
        .attr("type", "text")
        .attr("placeholder", "Filter by name")
        .attr("aria-label", "Filter by name")
        .attr("spellcheck", "false")
        .attr("autocomplete", "off")
        .value(move || listing.with(|listing| listing.name.clone()));
    let field: HtmlInputElement = name.get();
    on_window("keydown", {
        let field = field.clone();
        move |event: KeyboardEvent| {
            if event.key() == "/" && !browser::is_typing(&event) {
                event.prevent_default();
                let _ = field.focus();
                field.select();
            }
        }
    });
    let name = name.on("input", move |_: Event| with(&|listing| listing.name = field.value())).on(
        "keydown",
        move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                with(&|listing| listing.name.clear());
            }
        },
    );
    let statuses = JobStatusCode::ALL.iter().filter_map(|status| status.label());
    let status = choice(
        "Status",
        statuses.map(|label| (label, label)).collect(),
        move || listing.with(|listing| listing.status.and_then(JobStatusCode::label).unwrap_or_default()),
        move |value| {
            with(&|listing| {
                listing.status = JobStatusCode::ALL.iter().copied().find(|s| s.label() == Some(value));
            });
        },
    );
    let outcome = choice(
        "Last run",
        Outcome::ALL.iter().map(|outcome| (outcome.slug(), outcome.label())).collect(),
        move || listing.with(|listing| listing.outcome.map(Outcome::slug).unwrap_or_default()),
        move |value| with(&|listing| listing.outcome = Outcome::ALL.into_iter().find(|o| o.slug() == value)),
    );
    let clear = move || button("button", move || set(listing.get_untracked().unfiltered())).child("Clear");
    let key = el("kbd").attr("aria-hidden", "true").class("wide").child("/");
    el("div")
        .class("bar filters")
        .attr("role", "search")
        .child(el("span").class("find").child(icon("find")).child(name).child(key))
        .child(status)
        .child(outcome)
        .child(show(move || listing.with(Listing::is_filtered), clear))
}

/// Renders a select field whose first option is no filter.
fn choice(
    label: &'static str,
    options: Vec<(&'static str, &'static str)>,
    chosen: impl Fn() -> &'static str + 'static,
    choose: impl Fn(&str) + 'static,
) -> El {
    let option = |(value, label): (&'static str, String)| el("option").attr("value", value).child(label);
    let any = option(("", format!("{label}: any")));
    let options: Vec<_> =
        options.into_iter().map(|(value, label)| option((value, label.to_owned()))).collect();
    let select =
        el("select").class("field").attr("aria-label", label).child(any).child(options).value(chosen);
    let field: HtmlSelectElement = select.get();
    select.on("change", move |_: Event| choose(&field.value()))
}
