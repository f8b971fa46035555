//! Messages in place of an empty job list.

use super::{count, filters::set, unknown};
use crate::{
    components::icon,
    dom::{El, button, el},
    format,
    reactive::Memo,
    route::Listing,
    state::App,
};

/// Renders the message for an organization without jobs.
pub(super) fn no_jobs(app: App) -> El {
    let server = app.session.with_untracked(|s| s.as_ref().map(|s| s.profile.title())).unwrap_or_default();
    let words = el("p").child("The connection to ").child(el("bdi").child(server)).child(
        " works, but its organization has no jobs. Create jobs in TimeXtender or in the configuration of a \
         gateway. They appear here automatically.",
    );
    let again = button("button primary", move || app.refresh()).child(icon("refresh")).child("Refresh");
    let other = el("a").class("button").attr("href", "#/settings").child("Use another server");
    el("div")
        .class("empty")
        .child(icon("ring"))
        .child(el("h2").child("No jobs yet"))
        .child(words)
        .child(el("div").class("bar").child(again).child(other))
}

/// Renders the message for filters without a match.
pub(super) fn no_match(app: App, listing: Memo<Listing>) -> El {
    let title = move || match unknown(app, listing) {
        Some(_) => "No job matches so far",
        None => "No job matches",
    };
    let words = move || {
        let all = count(app);
        unknown(app, listing)
            .unwrap_or_else(|| format!("None of {} matches the filters.", format::plural(all, "job")))
    };
    let all = button("button", move || set(listing.get_untracked().unfiltered())).child("Show all jobs");
    el("div")
        .class("empty")
        .child(icon("find"))
        .child(el("h2").child(title))
        .child(el("p").child(words))
        .child(el("div").class("bar").child(all))
}
