//! The header of the job table, with sort buttons and the check box for all jobs.

use txjobs_sdk::types::JobId;
use web_sys::{Event, HtmlInputElement};

use super::filters::apply_options;
use crate::{
    components::icon,
    dom::{El, IntoView, View, button, el},
    model::list_options::{Column, ListOptions, MAX_SELECTED},
    reactive::Memo,
};

/// Renders the header.
pub(super) fn table_header(options: Memo<ListOptions>, shown: Memo<Vec<JobId>>) -> El {
    let plain_header = |class: &'static str| el("th").attr("scope", "col").class(class);
    let row = el("tr")
        .child(select_all(options, shown))
        .child(sort_header(options, Column::Name, "", "Name", "Name".into_view()))
        .child(sort_header(options, Column::Status, "c-status", "Status", "Status".into_view()))
        .child(plain_header("c-last-runs hide-on-phone").child("Last five"))
        .child(sort_header(
            options,
            Column::LastRun,
            "c-last-run hide-on-phone",
            "Last run",
            "Last run".into_view(),
        ))
        .child(sort_header(
            options,
            Column::Duration,
            "c-duration number hide-on-phone",
            "Duration",
            "Duration".into_view(),
        ))
        .child(sort_header(
            options,
            Column::Warnings,
            "c-count number hide-on-phone hide-on-tablet",
            "Warnings of the last run",
            icon("triangle").into_view(),
        ))
        .child(sort_header(
            options,
            Column::Errors,
            "c-count number hide-on-phone hide-on-tablet",
            "Errors of the last run",
            icon("cross").into_view(),
        ))
        .child(plain_header("c-actions").child(el("span").class("visually-hidden").child("Actions")));
    el("thead").child(row)
}

/// Renders the check box that selects all shown jobs, up to the maximum, or none.
fn select_all(options: Memo<ListOptions>, shown: Memo<Vec<JobId>>) -> El {
    let all = move || shown.with(|shown| shown.iter().take(MAX_SELECTED).copied().collect::<Vec<_>>());
    let is_all = move || {
        options.with(|options| {
            !options.selected.is_empty()
                && shown
                    .with(|shown| shown.iter().take(MAX_SELECTED).all(|job| options.selected.contains(job)))
        })
    };
    let label = move || match shown.with(Vec::len) {
        ..=MAX_SELECTED => "Select all".to_owned(),
        _ => format!("Select the first {MAX_SELECTED}"),
    };
    let field =
        el("input").attr("type", "checkbox").checked(is_all).attr("aria-label", label).attr("title", label);
    let input: HtmlInputElement = field.get();
    let change = move |_: Event| {
        let selected = if input.checked() { all() } else { Vec::new() };
        apply_options(ListOptions { selected, ..options.get_untracked() });
    };
    el("th").attr("scope", "col").class("c-select hide-on-phone").child(field.on("change", change))
}

/// Renders a column header with a sort button.
fn sort_header(
    options: Memo<ListOptions>,
    column: Column,
    class: &'static str,
    label: &'static str,
    content: View,
) -> El {
    let direction =
        Memo::new(move || options.with(|options| (options.sort == column).then_some(options.is_descending)));
    let sort = move || match direction.get() {
        Some(true) => "descending",
        Some(false) => "ascending",
        None => "none",
    };
    let sort_by = move || apply_options(options.with_untracked(|options| options.with_sort_clicked(column)));
    let button = button("", sort_by)
        .attr("title", format!("Sort by {}", label.to_ascii_lowercase()))
        .attr("aria-label", label)
        .child(content)
        .child(move || direction.get().map(|down| icon(if down { "down" } else { "up" })));
    el("th").attr("scope", "col").class(class).attr("aria-sort", sort).child(button)
}
