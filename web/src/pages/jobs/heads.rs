//! The header of the job table, with sort buttons and the check box for all jobs.

use txjobs_sdk::types::JobId;
use web_sys::{Event, HtmlInputElement};

use super::filters::set;
use crate::{
    components::icon,
    dom::{El, IntoView, View, button, el},
    reactive::Memo,
    route::{Column, Listing, MOST_SELECTED},
};

pub(super) fn heads(listing: Memo<Listing>, shown: Memo<Vec<JobId>>) -> El {
    let plain = |class: &'static str| el("th").attr("scope", "col").class(class);
    let heads = el("tr")
        .child(tick_all(listing, shown))
        .child(head(listing, Column::Name, "", "Name", "Name".into_view()))
        .child(head(listing, Column::Status, "c-status", "Status", "Status".into_view()))
        .child(plain("c-five wide").child("Last five"))
        .child(head(listing, Column::LastRun, "c-last wide", "Last run", "Last run".into_view()))
        .child(head(listing, Column::Took, "c-took number wide", "Took", "Took".into_view()))
        .child(head(
            listing,
            Column::Warnings,
            "c-count number wide roomy",
            "Warnings of the last run",
            icon("triangle").into_view(),
        ))
        .child(head(
            listing,
            Column::Errors,
            "c-count number wide roomy",
            "Errors of the last run",
            icon("cross").into_view(),
        ))
        .child(plain("c-actions").child(el("span").class("unseen").child("Actions")));
    el("thead").child(heads)
}

/// Renders the check box that selects all shown jobs, up to the maximum, or none.
fn tick_all(listing: Memo<Listing>, shown: Memo<Vec<JobId>>) -> El {
    let all = move || shown.with(|shown| shown.iter().take(MOST_SELECTED).copied().collect::<Vec<_>>());
    let is_all = move || {
        listing.with(|listing| {
            !listing.selected.is_empty()
                && shown
                    .with(|shown| shown.iter().take(MOST_SELECTED).all(|job| listing.selected.contains(job)))
        })
    };
    let label = move || match shown.with(Vec::len) {
        ..=MOST_SELECTED => "Select all".to_owned(),
        _ => format!("Select the first {MOST_SELECTED}"),
    };
    let field =
        el("input").attr("type", "checkbox").checked(is_all).attr("aria-label", label).attr("title", label);
    let input: HtmlInputElement = field.get();
    let change = move |_: Event| {
        let selected = if input.checked() { all() } else { Vec::new() };
        set(Listing { selected, ..listing.get_untracked() });
    };
    el("th").attr("scope", "col").class("c-tick wide").child(field.on("change", change))
}

/// Renders a column header with a sort button.
fn head(
    listing: Memo<Listing>,
    column: Column,
    class: &'static str,
    label: &'static str,
    content: View,
) -> El {
    let direction =
        Memo::new(move || listing.with(|listing| (listing.sort == column).then_some(listing.descending)));
    let sort = move || match direction.get() {
        Some(true) => "descending",
        Some(false) => "ascending",
        None => "none",
    };
    let sort_by = move || set(listing.with_untracked(|listing| listing.sorted_by(column)));
    let button = button("", sort_by)
        .attr("title", format!("Sort by {}", label.to_ascii_lowercase()))
        .attr("aria-label", label)
        .child(content)
        .child(move || direction.get().map(|down| icon(if down { "down" } else { "up" })));
    el("th").attr("scope", "col").class(class).attr("aria-sort", sort).child(button)
}
