//! Messages in place of an empty job list.

use super::{
    filters::apply_options,
    loaded::{history_progress, job_count},
};
use crate::{
    components::icon,
    dom::{El, button, el},
    model::{format, list_options::ListOptions},
    reactive::Memo,
    state::App,
};

/// Renders the message for an organization without jobs.
pub(super) fn no_jobs(app: App) -> El {
    let server = app.session.with_untracked(|s| s.as_ref().map(|s| s.profile.title())).unwrap_or_default();
    let text = el("p").child("The connection to ").child(el("bdi").child(server)).child(
        " works, but its organization has no jobs. Create jobs in TimeXtender or in the configuration of a \
         gateway. They appear here automatically.",
    );
    let refresh = button("button primary", move || app.refresh()).child(icon("refresh")).child("Refresh");
    let other_server = el("a").class("button").attr("href", "#/settings").child("Use another server");
    el("div")
        .class("empty")
        .child(icon("ring"))
        .child(el("h2").child("No jobs yet"))
        .child(text)
        .child(el("div").class("bar").child(refresh).child(other_server))
}

/// Renders the message for filters without a match.
pub(super) fn no_match(app: App, options: Memo<ListOptions>) -> El {
    let title = move || match history_progress(app, options) {
        Some(_) => "No job matches so far",
        None => "No job matches",
    };
    let text = move || {
        let total = job_count(app);
        history_progress(app, options)
            .unwrap_or_else(|| format!("None of {} matches the filters.", format::plural(total, "job")))
    };
    let clear = button("button", move || apply_options(options.get_untracked().without_filters()))
        .child("Show all jobs");
    el("div")
        .class("empty")
        .child(icon("find"))
        .child(el("h2").child(title))
        .child(el("p").child(text))
        .child(el("div").class("bar").child(clear))
}
