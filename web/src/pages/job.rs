//! The screen of one job: status, runs and durations.

use std::{rc::Rc, sync::atomic::Ordering};

use txjobs_sdk::{Error, JobStatusCode, types::JobId};

use super::{
    compare::{chosen_by_address, comparison, keep_chosen},
    runs_table::runs_table,
};
use crate::{
    api, browser,
    components::{duration_chart, icon, reconnect, status_badge, trouble_note},
    dom::{El, IntoView, View, button, el},
    follow,
    history::History,
    reactive::{Memo, RwSignal, effect},
    state::{Ask, Deed, Session, app},
};

/// Renders the screen of a job.
pub fn job_page(session: Rc<Session>, job: JobId) -> El {
    let app = app();
    let name = Memo::new(move || app.name_of(job).unwrap_or_else(|| job.to_string()));
    let status = Memo::new(move || app.status_of(job));
    let history = RwSignal::new(None::<History>);
    let trouble = RwSignal::new(None::<Error>);
    let alive = follow::alive();
    let chosen = RwSignal::new(chosen_by_address());
    keep_chosen(job, chosen);
    effect(move || browser::set_title(&format!("{} · txjobs", name.get())));
    let asked = session.clone();
    // Load again when the status of the job changes and on refresh.
    effect(move || {
        status.track();
        app.jobs.refresh.track();
        let (session, alive) = (asked.clone(), alive.clone());
        browser::spawn(async move {
            let extensions = app.extensions.get_untracked();
            let answer = api::executions(&session, &follow::history_request(job, extensions)).await;
            if !alive.load(Ordering::Relaxed) {
                return;
            }
            match answer {
                Ok(answer) => {
                    trouble.set(None);
                    app.extensions.set(answer.extensions);
                    let new = History::counted(&answer.value, browser::uptime());
                    // Unchanged runs are not rendered again.
                    let is_same = |old: &History| old.runs == new.runs;
                    if !history.with_untracked(|old| old.as_ref().is_some_and(is_same)) {
                        history.set(Some(new));
                    }
                }
                Err(new) => trouble.set(Some(new)),
            }
        });
    });
    let deed = Memo::new(move || {
        let is_active = status.get().is_some_and(JobStatusCode::is_active);
        if is_active && app.extensions.get().cancel { Deed::Cancel } else { Deed::Run }
    });
    let ask = move |what| app.ask.set(Some(Ask { what, job }));
    let deed = move || match deed.get() {
        Deed::Run => button("button primary", move || ask(Deed::Run)).child(icon("play")).child("Run"),
        Deed::Cancel => {
            button("button danger", move || ask(Deed::Cancel)).child(icon("stop")).child("Cancel run")
        }
    };
    let crumbs = el("nav")
        .class("crumbs")
        .attr("aria-label", "Breadcrumbs")
        .child(el("a").attr("href", "#/").child("Jobs"))
        .child(icon("right"))
        .child(el("span").attr("aria-current", "page").child("job"));
    let head = el("div")
        .class("bar head")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child(el("bdi").child(name)))
        .child(move || status_badge(status.get()))
        .child(el("span").class("grow"))
        .child(deed);
    let note = move || {
        let trouble = trouble.get()?;
        let is_old = history.with_untracked(Option::is_some);
        let lead = if is_old { "This data is outdated." } else { "The runs could not be loaded." };
        let again = button("button", move || app.refresh()).child("Retry");
        Some(trouble_note(&trouble, lead, (again, reconnect(trouble.kind))))
    };
    let runs = move || {
        history.with(|history| match history {
            None if trouble.with(Option::is_some) => View::default(),
            None => el("p").class("quiet").attr("role", "status").child("Loading the runs…").into_view(),
            Some(history) if history.runs.is_empty() => never_ran(move || ask(Deed::Run)).into_view(),
            Some(history) => (duration_chart(job, history), runs_table(job, history, chosen)).into_view(),
        })
    };
    let comparison = comparison(session, job, history, chosen);
    el("main").child(crumbs).child(head).child(note).child(comparison).child(runs)
}

fn never_ran(run: impl FnMut() + 'static) -> El {
    let run = button("button primary", run).child(icon("play")).child("Run now");
    el("div")
        .class("empty")
        .child(icon("play"))
        .child(el("h2").child("No runs yet"))
        .child(el("p").child("The runs of this job appear here with their outcome, duration and log."))
        .child(el("div").class("bar").child(run))
}
