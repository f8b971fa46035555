//! The filters of the job list.

use leptos::{ev, html, prelude::*};
use txjobs_sdk::JobStatusCode;
use web_sys::KeyboardEvent;

use super::list_state::ListState;
use crate::{
    components::{Icon, Show},
    model::{
        list_options::{ListOptions, Outcome},
        state_names,
    },
    text::{t, tf},
    utils::{effects::on_window_event, focus},
};

/// Renders the filters.
#[component]
pub(super) fn Filters() -> impl IntoView {
    let list = expect_context::<ListState>();
    let options = list.options;
    let statuses = JobStatusCode::ALL
        .iter()
        .filter_map(|status| Some((status.label()?, state_names::job_status(*status))));
    let status = move || options.with(|options| options.status.and_then(JobStatusCode::label));
    let set_status = move |label: String| {
        let status = JobStatusCode::ALL.iter().copied().find(|status| status.label() == Some(&label));
        list.update(|options| options.status = status);
    };
    let outcome = move || options.with(|options| options.outcome.map(Outcome::query_value));
    let set_outcome = move |value: String| {
        let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.query_value() == value);
        list.update(|options| options.outcome = outcome);
    };
    let outcomes = Outcome::ALL.map(|outcome| (outcome.query_value(), outcome.label().to_owned()));
    let clear = move |_| list.apply(options.with_untracked(ListOptions::without_filters));
    view! {
        <div class="bar filters" role="search">
            <NameFilter />
            <FilterSelect
                label=t("Status")
                choices=statuses.collect()
                value=Signal::derive(move || status().unwrap_or_default())
                on_select=set_status
            />
            <FilterSelect
                label=t("Last run")
                choices=outcomes.to_vec()
                value=Signal::derive(move || outcome().unwrap_or_default())
                on_select=set_outcome
            />
            <Show when=move || options.with(ListOptions::is_filtered)>
                <button type="button" class="button" on:click=clear>
                    {t("Clear")}
                </button>
            </Show>
        </div>
    }
}

/// Renders the field that filters by name. The key `/` moves the focus to it.
#[component]
fn NameFilter() -> impl IntoView {
    let list = expect_context::<ListState>();
    let field = NodeRef::<html::Input>::new();
    on_window_event(ev::keydown, move |event| {
        if event.key() == "/"
            && !focus::is_typing(&event)
            && let Some(field) = field.get_untracked()
        {
            event.prevent_default();
            let _ = field.focus();
            field.select();
        }
    });
    let clear_on_escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            list.update(|options| options.name.clear());
        }
    };
    view! {
        <span class="search-box">
            <Icon name="find" />
            <input
                class="field"
                type="text"
                placeholder=t("Filter by name")
                aria-label=t("Filter by name")
                spellcheck="false"
                autocomplete="off"
                node_ref=field
                prop:value=move || list.options.with(|options| options.name.clone())
                on:input:target=move |event| list.update(|options| options.name = event.target().value())
                on:keydown=clear_on_escape
            />
            <kbd aria-hidden="true" class="hide-on-phone">
                "/"
            </kbd>
        </span>
    }
}

/// Renders a select field whose first option is no filter. `choices` are values and their texts.
#[component]
fn FilterSelect(
    label: &'static str,
    choices: Vec<(&'static str, String)>,
    value: Signal<&'static str>,
    #[prop(into)] on_select: Callback<String>,
) -> impl IntoView {
    let choices = choices.into_iter().map(|(value, text)| view! { <option value=value>{text}</option> });
    view! {
        <select
            class="field"
            aria-label=label
            prop:value=move || value.get()
            on:change:target=move |event| on_select.run(event.target().value())
        >
            <option value="">{tf!("{label}: any", label = label)}</option>
            {choices.collect_view()}
        </select>
    }
}
