//! One job: its status, its runs, and how long they took.

use std::{rc::Rc, sync::atomic::Ordering};

use txjobs_sdk::{JobStatusCode, Trouble, types::JobId};

use crate::{
    api, browser,
    components::{duration_chart, icon, reconnect, state_badge, status_badge, trouble_note, when},
    dom::{El, IntoView, View, button, el},
    follow, format,
    history::{Counts, History, RunSummary},
    reactive::{Memo, RwSignal, effect},
    route::Route,
    state::{Ask, Deed, Session, app},
};

/// The screen of a job.
pub fn job_page(session: Rc<Session>, job: JobId) -> El {
    let app = app();
    let name = Memo::new(move || app.name_of(job).unwrap_or_else(|| job.to_string()));
    let status = Memo::new(move || app.status_of(job));
    let history = RwSignal::new(None::<History>);
    let trouble = RwSignal::new(None::<Trouble>);
    let alive = follow::alive();
    effect(move || browser::set_title(&format!("{} · txjobs", name.get())));
    // Again whenever the job begins or ends a run, and on refresh.
    effect(move || {
        status.track();
        app.jobs.refresh.track();
        let (session, alive) = (session.clone(), alive.clone());
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
                    let mut new = History::of(&answer.value, browser::uptime());
                    new.counts = answer
                        .value
                        .iter()
                        .max_by_key(|run| run.create_time)
                        .filter(|run| !run.job_execution_logs.is_empty())
                        .map(|run| (run.id, Counts::of(run)));
                    history.set(Some(new));
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
        .attr("aria-label", "Where you are")
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
        let lead = if is_old { "What you see is old." } else { "The runs could not be loaded." };
        let again = button("button", move || app.refresh()).child("Try again");
        Some(trouble_note(&trouble, lead, (again, reconnect(trouble.kind))))
    };
    let runs = move || {
        history.with(|history| match history {
            None if trouble.with(Option::is_some) => View::default(),
            None => el("p").class("quiet").attr("role", "status").child("Loading the runs…").into_view(),
            Some(history) if history.runs.is_empty() => never_ran(move || ask(Deed::Run)).into_view(),
            Some(history) => (duration_chart(job, history), runs(job, &history.runs)).into_view(),
        })
    };
    el("main").child(crumbs).child(head).child(note).child(runs)
}

fn never_ran(run: impl FnMut() + 'static) -> El {
    let run = button("button primary", run).child(icon("play")).child("Run it now");
    el("div")
        .class("empty")
        .child(icon("play"))
        .child(el("h2").child("This job never ran"))
        .child(el("p").child("Its runs will be listed here: how each ended, how long it took, and its log."))
        .child(el("div").class("bar").child(run))
}

fn runs(job: JobId, runs: &[RunSummary]) -> El {
    let head =
        |class: &'static str, label: &'static str| el("th").attr("scope", "col").class(class).child(label);
    let open = el("th").attr("scope", "col").class("c-actions");
    let heads = el("tr")
        .child(head("c-state", "State"))
        .child(head("c-started wide", "Started"))
        .child(head("c-took number", "Took"))
        .child(head("wide", "Started by"))
        .child(open.child(el("span").class("unseen").child("Open")));
    let rows: Vec<_> = runs.iter().map(|run| run_row(job, run)).collect();
    el("table")
        .class("table history")
        .attr("aria-label", "Runs")
        .child(el("thead").child(heads))
        .child(el("tbody").child(rows))
}

fn run_row(job: JobId, run: &RunSummary) -> El {
    let app = app();
    let link = Route::Run { job, run: run.link_id() }.to_string();
    let link = move || el("a").attr("href", link.clone());
    let by = match run.trigger {
        Some(id) => {
            let (id, short) = (id.to_string(), id.to_string().chars().take(8).collect::<String>());
            ("API ", el("code").class("quiet").attr("title", id).child(short)).into_view()
        }
        None => "application".into_view(),
    };
    let (created, row) = (run.created, *run);
    let took = move || {
        let took = row.took(app.now())?;
        Some(format!("{}{}", format::duration(took), if row.state.is_final() { "" } else { "…" }))
    };
    let label = move || format!("Open the run of {}", created.map(|at| app.when(at)).unwrap_or_default());
    let state = link().child(state_badge(run.state, None));
    let open = link().class("ghost").attr("aria-label", label).child(icon("right"));
    el("tr")
        .child(el("td").child(state).child(el("span").class("under").child(when(created))))
        .child(el("td").class("wide").child(link().child(when(created))))
        .child(el("td").class("number").child(took))
        .child(el("td").class("quiet wide").child(by))
        .child(el("td").class("actions").child(open))
}
