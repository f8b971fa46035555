//! The filters of the job list.

use txjobs_sdk::JobStatusCode;
use web_sys::{Event, HtmlInputElement, HtmlSelectElement, KeyboardEvent};

use crate::{
    components::icon,
    dom::{El, button, el, on_window, show},
    model::{
        list_options::{ListOptions, Outcome},
        route::Route,
    },
    reactive::Memo,
    state::app,
    utils::browser,
};

/// Applies list options. The address is updated after a moment, because some browsers limit how often it may change.
pub(super) fn apply_options(options: ListOptions) {
    let app = app();
    let route = Route::Jobs(options);
    app.route.set(route.clone());
    browser::spawn(async move {
        browser::sleep(200).await;
        if app.route.with_untracked(|now| *now == route) {
            browser::replace_address(&route.to_string());
        }
    });
}

/// Renders the filters.
pub(super) fn filters(options: Memo<ListOptions>) -> El {
    let update = move |change: &dyn Fn(&mut ListOptions)| {
        let mut changed = options.get_untracked();
        change(&mut changed);
        apply_options(changed);
    };
    let name = el("input")
        .class("field")
        .attr("type", "text")
        .attr("placeholder", "Filter by name")
        .attr("aria-label", "Filter by name")
        .attr("spellcheck", "false")
        .attr("autocomplete", "off")
        .value(move || options.with(|options| options.name.clone()));
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
    let name = name.on("input", move |_: Event| update(&|options| options.name = field.value())).on(
        "keydown",
        move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                update(&|options| options.name.clear());
            }
        },
    );
    let statuses = JobStatusCode::ALL.iter().filter_map(|status| status.label());
    let status = filter_select(
        "Status",
        statuses.map(|label| (label, label)).collect(),
        move || options.with(|options| options.status.and_then(JobStatusCode::label).unwrap_or_default()),
        move |value| {
            update(&|options| {
                options.status = JobStatusCode::ALL.iter().copied().find(|s| s.label() == Some(value));
            });
        },
    );
    let outcome = filter_select(
        "Last run",
        Outcome::ALL.iter().map(|outcome| (outcome.query_value(), outcome.label())).collect(),
        move || options.with(|options| options.outcome.map(Outcome::query_value).unwrap_or_default()),
        move |value| {
            update(&|options| options.outcome = Outcome::ALL.into_iter().find(|o| o.query_value() == value));
        },
    );
    let clear = move || {
        button("button", move || apply_options(options.get_untracked().without_filters())).child("Clear")
    };
    let key = el("kbd").attr("aria-hidden", "true").class("hide-on-phone").child("/");
    el("div")
        .class("bar filters")
        .attr("role", "search")
        .child(el("span").class("search-box").child(icon("find")).child(name).child(key))
        .child(status)
        .child(outcome)
        .child(show(move || options.with(ListOptions::is_filtered), clear))
}

/// Renders a select field whose first option is no filter.
fn filter_select(
    label: &'static str,
    choices: Vec<(&'static str, &'static str)>,
    value: impl Fn() -> &'static str + 'static,
    select_value: impl Fn(&str) + 'static,
) -> El {
    let option = |(value, label): (&'static str, String)| el("option").attr("value", value).child(label);
    let any = option(("", format!("{label}: any")));
    let choices: Vec<_> =
        choices.into_iter().map(|(value, label)| option((value, label.to_owned()))).collect();
    let select = el("select").class("field").attr("aria-label", label).child(any).child(choices).value(value);
    let field: HtmlSelectElement = select.get();
    select.on("change", move |_: Event| select_value(&field.value()))
}
