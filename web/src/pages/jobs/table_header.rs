//! The header of the job table, with sort buttons and the check box for all jobs.

use leptos::prelude::*;

use super::list_state::ListState;
use crate::{
    components::{Icon, Show},
    model::{
        job_list::JobIndex,
        list_options::{Column, ListOptions, MAX_SELECTED},
    },
    state::Jobs,
    text::{t, tf},
};

/// Renders the header.
#[component]
pub(super) fn TableHeader() -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    view! {
        <thead>
            <tr>
                <SelectAll />
                <SortHeader
                    column=Column::Name
                    class=""
                    label=t("Name")
                    sort_title=t("Sort by name")
                />
                <SortHeader
                    column=Column::Status
                    class="c-status"
                    label=t("Status")
                    sort_title=t("Sort by status")
                />
                <th scope="col" class="c-last-runs hide-on-phone">
                    {t("Last runs")}
                </th>
                <SortHeader
                    column=Column::LastRun
                    class="c-last-run hide-on-phone"
                    label=t("Last run")
                    sort_title=t("Sort by last run")
                />
                <SortHeader
                    column=Column::Duration
                    class="c-duration number hide-on-phone"
                    label=t("Duration")
                    sort_title=t("Sort by duration")
                />
                <Show when=move || jobs.list.with(|list| list.as_ref().is_some_and(JobIndex::has_schedules))>
                    <SortHeader
                        column=Column::NextRun
                        class="c-next-run hide-on-phone hide-on-tablet"
                        label=t("Next run")
                        sort_title=t("Sort by next run")
                    />
                </Show>
                <SortHeader
                    column=Column::Warnings
                    class="c-count number hide-on-phone hide-on-tablet"
                    label=t("Warnings of the last run")
                    sort_title=t("Sort by warnings of the last run")
                    icon="triangle"
                />
                <SortHeader
                    column=Column::Errors
                    class="c-count number hide-on-phone hide-on-tablet"
                    label=t("Errors of the last run")
                    sort_title=t("Sort by errors of the last run")
                    icon="cross"
                />
                <th scope="col" class="c-actions">
                    <span class="visually-hidden">{t("Actions")}</span>
                </th>
            </tr>
        </thead>
    }
}

/// Renders the check box that selects all shown jobs, up to the maximum, or none.
#[component]
fn SelectAll() -> impl IntoView {
    let list = expect_context::<ListState>();
    let is_all = move || {
        list.options.with(|options| {
            let shown = list.shown.read();
            !options.selected.is_empty()
                && shown.iter().take(MAX_SELECTED).all(|job| options.selected.contains(job))
        })
    };
    let label = move || match list.shown.with(Vec::len) {
        ..=MAX_SELECTED => t("Select all").to_owned(),
        _ => tf!("Select the first {count}", count = MAX_SELECTED),
    };
    let select = move |is_checked: bool| {
        let all = || list.shown.with_untracked(|shown| shown.iter().take(MAX_SELECTED).copied().collect());
        let selected = if is_checked { all() } else { Vec::new() };
        list.update(|options| options.selected = selected);
    };
    view! {
        <th scope="col" class="c-select hide-on-phone">
            <input
                type="checkbox"
                prop:checked=move || is_all()
                aria-label=move || label()
                title=move || label()
                on:change:target=move |event| select(event.target().checked())
            />
        </th>
    }
}

/// Renders a column header with a sort button. It shows the icon if there is one, or else the label.
#[component]
fn SortHeader(
    column: Column,
    class: &'static str,
    label: &'static str,
    sort_title: &'static str,
    #[prop(optional)] icon: Option<&'static str>,
) -> impl IntoView {
    let list = expect_context::<ListState>();
    let direction = Memo::new(move |_| {
        list.options.with(|options| (options.sort == column).then_some(options.is_descending))
    });
    let sort = move || match direction.get() {
        Some(true) => "descending",
        Some(false) => "ascending",
        None => "none",
    };
    let sort_by = move |_| {
        list.apply(list.options.with_untracked(|options| ListOptions::with_sort_clicked(options, column)));
    };
    let content = match icon {
        Some(name) => view! { <Icon name /> }.into_any(),
        None => label.into_any(),
    };
    view! {
        <th scope="col" class=class aria-sort=move || sort()>
            <button
                type="button"
                title=sort_title
                aria-label=label
                on:click=sort_by
            >
                {content}
                {move || direction.get().map(|down| view! { <Icon name=if down { "down" } else { "up" } /> })}
            </button>
        </th>
    }
}
