//! One job: its status, its runs, and how long they took.

use crate::components::{effect, press};
use leptos::{prelude::*, task::spawn_local};
use txjobs_sdk::{JobStatusCode, Trouble, types::JobId};

use crate::{
    api, browser,
    components::{DurationChart, TroubleNote, icon, reconnect, state_badge, status_badge, when},
    follow, format,
    history::{Counts, History, RunSummary},
    route::Route,
    state::{Ask, Deed, Session, app},
};

/// The screen of a job.
#[component]
pub fn JobPage(session: Session, job: JobId) -> impl IntoView {
    let app = app();
    let name = Memo::new(move |_| app.name_of(job).unwrap_or_else(|| job.to_string()));
    let status = Memo::new(move |_| app.status_of(job));
    let history = RwSignal::new(None::<History>);
    let trouble = RwSignal::new(None::<Trouble>);
    let alive = follow::alive();
    effect(move || browser::set_title(&format!("{} · txjobs", name.get())));
    // Again whenever the job begins or ends a run, and on refresh.
    effect(move || {
        status.track();
        app.jobs.refresh.track();
        let (session, alive) = (session.clone(), alive.clone());
        spawn_local(async move {
            let extensions = app.extensions.get_untracked();
            let answer = api::executions(&session, &follow::history_request(job, extensions)).await;
            if !alive.load(std::sync::atomic::Ordering::Relaxed) {
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
    let deed = move || {
        let is_active = status.get().is_some_and(JobStatusCode::is_active);
        if is_active && app.extensions.get().cancel { Deed::Cancel } else { Deed::Run }
    };
    view! {
        <main>
            <nav class="crumbs" aria-label="Where you are">
                <a href="#/">"Jobs"</a> {icon("right")} <span aria-current="page">"job"</span>
            </nav>
            <div class="bar head">
                <h1 id="title" tabindex="-1"><bdi>{name}</bdi></h1>
                {move || status_badge(status.get())}
                <span class="grow"></span>
                {move || match deed() {
                    Deed::Run => view! {
                        <button type="button" class="button primary" on:click=press(move || app.ask.set(Some(Ask { what: Deed::Run, job })))>{icon("play")} "Run"</button>
                    }.into_any(),
                    Deed::Cancel => view! {
                        <button type="button" class="button danger" on:click=press(move || app.ask.set(Some(Ask { what: Deed::Cancel, job })))>{icon("stop")} "Cancel run"</button>
                    }.into_any(),
                }}
            </div>
            {move || trouble.get().map(|new| {
                let kind = new.kind;
                let lead = if history.with(Option::is_some) { "What you see is old." } else { "The runs could not be loaded." };
                view! {
                    <TroubleNote trouble=new lead=lead>
                        <button type="button" class="button" on:click=press(move || app.refresh())>"Try again"</button>
                        {reconnect(kind)}
                    </TroubleNote>
                }
            })}
            {move || match history.get() {
                None if trouble.with(Option::is_some) => ().into_any(),
                None => view! { <p class="quiet" role="status">"Loading the runs…"</p> }.into_any(),
                Some(history) if history.runs.is_empty() => view! { <NeverRan job /> }.into_any(),
                Some(history) => view! {
                    <DurationChart job history=history.clone() />
                    <Runs job runs=history.runs />
                }.into_any(),
            }}
        </main>
    }
}

#[component]
fn NeverRan(job: JobId) -> impl IntoView {
    let app = app();
    view! {
        <div class="empty">
            {icon("play")}
            <h2>"This job never ran"</h2>
            <p>"Its runs will be listed here: how each ended, how long it took, and its log."</p>
            <div class="bar">
                <button type="button" class="button primary" on:click=press(move || app.ask.set(Some(Ask { what: Deed::Run, job })))>
                    {icon("play")} "Run it now"
                </button>
            </div>
        </div>
    }
}

#[component]
fn Runs(job: JobId, runs: Vec<RunSummary>) -> impl IntoView {
    view! {
        <table class="table history" aria-label="Runs">
            <thead>
                <tr>
                    <th scope="col" class="c-state">"State"</th>
                    <th scope="col" class="c-started wide">"Started"</th>
                    <th scope="col" class="c-took number">"Took"</th>
                    <th scope="col" class="wide">"Started by"</th>
                    <th scope="col" class="c-actions"><span class="unseen">"Open"</span></th>
                </tr>
            </thead>
            <tbody>{runs.into_iter().map(|run| view! { <RunRow job run /> }).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn RunRow(job: JobId, run: RunSummary) -> impl IntoView {
    let app = app();
    let link = Route::Run { job, run: run.link_id() }.to_string();
    let by = match run.trigger {
        Some(id) => view! { "API " <code class="quiet" title=id.to_string()>{id.to_string().chars().take(8).collect::<String>()}</code> }.into_any(),
        None => "application".into_any(),
    };
    let state = run.state;
    let (created, row) = (run.created, run.clone());
    let took = move || {
        let took = row.took(app.now())?;
        Some(format!("{}{}", format::duration(took), if row.state.is_final() { "" } else { "…" }))
    };
    let label = move || format!("Open the run of {}", created.map(|at| app.when(at)).unwrap_or_default());
    view! {
        <tr>
            <td>
                <a href=link.clone()>{state_badge(state, None)}</a>
                <span class="under">{when(created)}</span>
            </td>
            <td class="wide"><a href=link.clone()>{when(created)}</a></td>
            <td class="number">{took}</td>
            <td class="quiet wide">{by}</td>
            <td class="actions"><a class="ghost" href=link aria-label=label>{icon("right")}</a></td>
        </tr>
    }
}
