//! The table of a job's runs.

use std::time::Duration;

use txjobs_sdk::{
    Timestamp,
    types::{JobId, TriggerId},
};
use web_sys::Event;

use crate::{
    components::{icon, state_badge, time_view},
    dom::{El, IntoView, button, el},
    model::{
        format,
        history::{History, RunSummary, is_slow},
        route::Route,
    },
    reactive::RwSignal,
    state::{JobAction, PendingConfirmation, app},
};

/// Renders the runs, newest first. Two can be selected for comparison.
pub(super) fn runs_table(job: JobId, history: &History, selected: RwSignal<Vec<TriggerId>>) -> El {
    let head =
        |class: &'static str, label: &'static str| el("th").attr("scope", "col").class(class).child(label);
    let hidden_head = |class: &'static str, label: &'static str| {
        el("th").attr("scope", "col").class(class).child(el("span").class("visually-hidden").child(label))
    };
    let header = el("tr")
        .child(hidden_head("c-compare", "Compare"))
        .child(head("c-state", "State"))
        .child(head("c-started hide-on-phone", "Started"))
        .child(head("c-duration number", "Duration"))
        .child(head("hide-on-phone", "Started by"))
        .child(hidden_head("c-actions", "Open or run again"));
    let usual = history.usual_duration();
    let rows: Vec<_> = history.runs.iter().map(|run| row(job, run, usual, selected)).collect();
    el("table")
        .class("table history")
        .attr("aria-label", "Runs")
        .child(el("thead").child(header))
        .child(el("tbody").child(rows))
}

fn row(
    job: JobId,
    run: &RunSummary,
    usual: Option<(Duration, usize)>,
    selected: RwSignal<Vec<TriggerId>>,
) -> El {
    let app = app();
    let id = run.url_id();
    let link = Route::Run { job, run: id }.to_string();
    let link = move || el("a").attr("href", link.clone());
    let started_by = match run.trigger {
        Some(id) => {
            let (id, short) = (id.to_string(), id.to_string().chars().take(8).collect::<String>());
            ("API ", el("code").class("muted").attr("title", id).child(short)).into_view()
        }
        None => "application".into_view(),
    };
    let (created, run) = (run.created, *run);
    // The duration of an ended run does not depend on the current time, so do not subscribe to it.
    let duration =
        move || run.duration(if run.state.is_final() { Timestamp::from_unix_millis(0) } else { app.now() });
    let text = move || {
        duration().map(|duration| {
            format!("{}{}", format::duration(duration), if run.state.is_final() { "" } else { "…" })
        })
    };
    let slow_text =
        move || if duration().is_some_and(|duration| is_slow(usual, duration)) { " slow" } else { "" };
    let slow = el("span").class("slow").attr("title", "slower than usual").child(slow_text);
    let label = move |action: &str| {
        format!("{action} the run of {}", created.map(|at| app.format_time(at)).unwrap_or_default())
    };
    let checkbox = el("input")
        .attr("type", "checkbox")
        .attr("aria-label", move || label("Compare"))
        .checked(move || selected.with(|all| all.contains(&id)))
        .on("change", move |_: Event| toggle(selected, id));
    let state = link().child(state_badge(run.state, None));
    let run_again = button("icon-button hide-on-phone", move || {
        app.pending_confirmation.set(Some(PendingConfirmation { action: JobAction::Run, job }));
    })
    .attr("aria-label", move || label("Run again, as"))
    .attr("title", "Run again")
    .child(icon("play"));
    let open = link().class("icon-button").attr("aria-label", move || label("Open")).child(icon("right"));
    el("tr")
        .child(el("td").class("compare-cell").child(el("label").child(checkbox)))
        .child(el("td").child(state).child(el("span").class("secondary-line").child(time_view(created))))
        .child(el("td").class("hide-on-phone").child(link().child(time_view(created))))
        .child(el("td").class("number").child(text).child(slow))
        .child(el("td").class("muted hide-on-phone").child(started_by))
        .child(el("td").class("actions").child(run_again).child(open))
}

/// Toggles the selection of a run. A third run replaces the first one.
fn toggle(selected: RwSignal<Vec<TriggerId>>, id: TriggerId) {
    selected.update(|all| {
        let count = all.len();
        all.retain(|other| *other != id);
        if all.len() == count {
            if count == 2 {
                all.remove(0);
            }
            all.push(id);
        }
    });
}
