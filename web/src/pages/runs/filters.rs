//! The filters of the list of runs.

use leptos::prelude::*;

use crate::{
    model::{
        overview::{RECENT_TIMES, RecentTime, RunFilter, RunListOptions, StateCounts},
        route::Route,
    },
    state::Ui,
    text,
    text::t,
};

/// Renders the filters by state, job and time. All of it is in the URL.
#[component]
pub fn RunFilters(options: Memo<RunListOptions>, counts: Memo<StateCounts>) -> impl IntoView {
    let ui = expect_context::<Ui>();
    let apply = move |options: RunListOptions| ui.replace_route(Route::Runs(options));
    let state_button = move |state: RunFilter| {
        let is_selected = move || options.with(|options| options.state == Some(state));
        let count = move || counts.with(|counts| counts.get(&state).copied().unwrap_or_default());
        let toggle = move |_| {
            let state = (!is_selected()).then_some(state);
            apply(RunListOptions { state, ..options.get_untracked() });
        };
        view! {
            <button
                type="button"
                class="button"
                aria-pressed=move || is_selected().to_string()
                on:click=toggle
            >
                {state.label()}
                " "
                <span class="muted">{move || text::count(count())}</span>
            </button>
        }
    };
    view! {
        <div class="bar filters">
            <input
                type="search"
                class="field"
                aria-label=t("Filter by job name")
                placeholder=t("Filter by job name…")
                prop:value=move || options.with(|options| options.name.clone())
                on:input:target=move |event| {
                    apply(RunListOptions { name: event.target().value(), ..options.get_untracked() });
                }
            />
            <select
                class="field"
                aria-label=t("Time")
                prop:value=move || options.with(|options| options.time.map_or("", |time| time.name))
                on:change:target=move |event| {
                    let time = RecentTime::from_name(&event.target().value());
                    apply(RunListOptions { time, ..options.get_untracked() });
                }
            >
                <option value="">{t("any time")}</option>
                {RECENT_TIMES
                    .map(|time| view! { <option value=time.name>{time.label()}</option> })
                    .collect_view()}
            </select>
            {RunFilter::ALL.map(state_button).collect_view()}
        </div>
    }
}
