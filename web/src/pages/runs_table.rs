//! The table of a job's runs.

use std::time::Duration;

use txjobs_sdk::{
    Timestamp,
    types::{JobId, TriggerId},
};
use web_sys::Event;

use crate::{
    components::{icon, state_badge, when},
    dom::{El, IntoView, button, el},
    format,
    history::{History, RunSummary, is_slow},
    reactive::RwSignal,
    route::Route,
    state::{Ask, Deed, app},
};

/// Renders the runs, newest first. Two can be selected for comparison.
pub(super) fn runs_table(job: JobId, history: &History, chosen: RwSignal<Vec<TriggerId>>) -> El {
    let head =
        |class: &'static str, label: &'static str| el("th").attr("scope", "col").class(class).child(label);
    let unseen = |class: &'static str, label: &'static str| {
        el("th").attr("scope", "col").class(class).child(el("span").class("unseen").child(label))
    };
    let heads = el("tr")
        .child(unseen("c-choose", "Compare"))
        .child(head("c-state", "State"))
        .child(head("c-started wide", "Started"))
        .child(head("c-took number", "Took"))
        .child(head("wide", "Started by"))
        .child(unseen("c-actions", "Open or run again"));
    let usual = history.usual();
    let rows: Vec<_> = history.runs.iter().map(|run| row(job, run, usual, chosen)).collect();
    el("table")
        .class("table history")
        .attr("aria-label", "Runs")
        .child(el("thead").child(heads))
        .child(el("tbody").child(rows))
}

fn row(
    job: JobId,
    run: &RunSummary,
    usual: Option<(Duration, usize)>,
    chosen: RwSignal<Vec<TriggerId>>,
) -> El {
    let app = app();
    let id = run.link_id();
    let link = Route::Run { job, run: id }.to_string();
    let link = move || el("a").attr("href", link.clone());
    let by = match run.trigger {
        Some(id) => {
            let (id, short) = (id.to_string(), id.to_string().chars().take(8).collect::<String>());
            ("API ", el("code").class("quiet").attr("title", id).child(short)).into_view()
        }
        None => "application".into_view(),
    };
    let (created, row) = (run.created, *run);
    // The duration of an ended run does not depend on the current time, so do not subscribe to it.
    let took =
        move || row.took(if row.state.is_final() { Timestamp::from_unix_millis(0) } else { app.now() });
    let words = move || {
        took()
            .map(|took| format!("{}{}", format::duration(took), if row.state.is_final() { "" } else { "…" }))
    };
    let slow = move || if took().is_some_and(|took| is_slow(usual, took)) { " slow" } else { "" };
    let slow = el("span").class("slow").attr("title", "slower than usual").child(slow);
    let of =
        move |what: &str| format!("{what} the run of {}", created.map(|at| app.when(at)).unwrap_or_default());
    let choose = el("input")
        .attr("type", "checkbox")
        .attr("aria-label", move || of("Compare"))
        .checked(move || chosen.with(|all| all.contains(&id)))
        .on("change", move |_: Event| choose(chosen, id));
    let state = link().child(state_badge(run.state, None));
    let again = button("ghost wide", move || app.ask.set(Some(Ask { what: Deed::Run, job })))
        .attr("aria-label", move || of("Run again, as"))
        .attr("title", "Run again")
        .child(icon("play"));
    let open = link().class("ghost").attr("aria-label", move || of("Open")).child(icon("right"));
    el("tr")
        .child(el("td").class("choose").child(el("label").child(choose)))
        .child(el("td").child(state).child(el("span").class("under").child(when(created))))
        .child(el("td").class("wide").child(link().child(when(created))))
        .child(el("td").class("number").child(words).child(slow))
        .child(el("td").class("quiet wide").child(by))
        .child(el("td").class("actions").child(again).child(open))
}

/// Toggles the selection of a run. A third run replaces the first one.
fn choose(chosen: RwSignal<Vec<TriggerId>>, id: TriggerId) {
    chosen.update(|all| {
        let before = all.len();
        all.retain(|other| *other != id);
        if all.len() == before {
            if before == 2 {
                all.remove(0);
            }
            all.push(id);
        }
    });
}
