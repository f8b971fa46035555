//! What stands above the log of a run: where one is, how it ended, its stages, and what can be done.

use crate::components::{press, while_};
use leptos::{prelude::*, task::spawn_local};
use txjobs_sdk::{
    ExecutionState,
    types::{JobExecution, JobId, TriggerId},
};

use crate::{
    browser,
    components::{icon, outcome_shape, state_badge, status_badge, when},
    follow::{RunView, Stage},
    format,
    history::RunSummary,
    route::Route,
    state::{App, Ask, Deed, app},
};

#[component]
pub fn RunHead(job: JobId, run: TriggerId, view: RunView) -> impl IntoView {
    let app = app();
    let name = Memo::new(move |_| app.name_of(job).unwrap_or_else(|| job.to_string()));
    let is_going = move || matches!(view.stage.get(), Stage::Pending | Stage::Going);
    let can_cancel = move || is_going() && app.extensions.get().cancel;
    let ask = move |what| app.ask.set(Some(Ask { what, job }));
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="#/">"Jobs"</a>
            {icon("right")}
            <a href=Route::Job(job).to_string()><bdi>{name}</bdi></a>
            {icon("right")}
            <span aria-current="page">"run"</span>
        </nav>
        <div class="bar head">
            <h1 id="title" tabindex="-1"><bdi>{name}</bdi></h1>
            // Only the outcome is announced, not every second of it.
            <span role="status" class="outcome">{move || badge(app, job, view)}</span>
            <span class="quiet wide">{move || usual(app, job)}</span>
            <span class="grow"></span>
            {while_(can_cancel, move || view! {
                <button type="button" class="button danger" on:click=press(move || ask(Deed::Cancel))>{icon("stop")} "Cancel run"</button>
            }.into_any())}
            {while_(move || !is_going(), move || view! {
                <button type="button" class="button primary" on:click=press(move || ask(Deed::Run))>{icon("play")} "Run again"</button>
            }.into_any())}
        </div>
        <ol class="stages" aria-label="Stages">
            {move || stages(app, view)}
            <li class="trigger quiet">{move || origin(run, view)}</li>
        </ol>
    }
}

fn badge(app: App, job: JobId, view: RunView) -> AnyView {
    match (view.stage.get(), view.execution.get()) {
        (_, Some(execution)) => {
            let took = RunSummary::of(&execution)
                .took(app.now.with_untracked(|now| txjobs_sdk::Timestamp::from_unix_millis(*now)));
            let words = match (execution.state.is_final(), took) {
                (true, Some(took)) => Some(format!("{} after {}", execution.state, format::duration(took))),
                _ => None,
            };
            state_badge(execution.state, words).into_any()
        }
        (Stage::Pending, None) => status_badge(Some(txjobs_sdk::JobStatusCode::Pending)).into_any(),
        (Stage::Looking, None) => status_badge(app.status_of(job)).into_any(),
        (_, None) => state_badge(ExecutionState::None, Some("not known".to_owned())).into_any(),
    }
}

fn usual(app: App, job: JobId) -> Option<String> {
    let (took, runs) =
        app.jobs.histories.with(|all| all.get(&job).and_then(crate::history::History::usual))?;
    Some(format!("usually {}, last {}", format::duration(took), format::plural(runs, "run")))
}

/// Created, running, ended: with a time or a duration each, as far as they are known.
fn stages(app: App, view: RunView) -> AnyView {
    let Some(execution) = view.execution.get() else {
        if matches!(view.stage.get(), Stage::NotThere | Stage::Stopped) {
            return ().into_any();
        }
        let words = if view.stage.get() == Stage::Pending { "waiting to be picked up" } else { "" };
        return view! {
            <li><b>"pending"</b> <span class="quiet">{words}</span></li>
            <li class="todo">"running"</li>
            <li class="todo">"ended"</li>
        }
        .into_any();
    };
    let summary = RunSummary::of(&execution);
    let first = first_line(view, &execution);
    let picked_up =
        first.and_then(|at| at.since(execution.create_time?)).filter(|wait| wait.as_millis() >= 500);
    let is_final = execution.state.is_final();
    let has_begun = is_final || execution.state == ExecutionState::Running;
    let running = move || summary.took(app.now()).map(format::duration);
    let ended = execution.end_time;
    let shape = outcome_shape(execution.state);
    view! {
        <li><b>"created"</b> <span class="quiet">{when(execution.create_time)}</span></li>
        {picked_up.map(|wait| view! {
            <li class="wide"><b>"first line"</b> <span class="quiet">{format!("+{}", format::duration(wait))}</span></li>
        })}
        <li class:todo=!has_begun><b>"running"</b> <span class="quiet">{running}</span></li>
        <li class:todo=!is_final class=("bad-text", shape.colour == "bad") class=("ok-text", shape.colour == "ok") class=("warn-text", shape.colour == "warn")>
            {if is_final {
                view! {
                    <b>{execution.state.to_string()}</b>
                    <span class="quiet" title=move || ended.map(|at| app.zone().exact(at))>{move || ended.map(|at| app.zone().seconds(at))}</span>
                }.into_any()
            } else {
                "ended".into_any()
            }}
        </li>
    }
    .into_any()
}

fn first_line(view: RunView, execution: &JobExecution) -> Option<txjobs_sdk::Timestamp> {
    execution.create_time?;
    view.log.with(|log| log.line(0).and_then(|line| line.time))
}

/// Who started it, and the id to ask others about it by.
fn origin(run: TriggerId, view: RunView) -> AnyView {
    let by_application =
        view.execution.with(|e| e.as_ref().is_some_and(|e| e.trigger_id.is_none_or(|id| id.is_nil())));
    let (words, what) = if by_application {
        ("by application · execution", "execution id")
    } else {
        ("by API · trigger", "trigger id")
    };
    let id = run.to_string();
    let short: String = id.chars().take(8).collect();
    let copied = RwSignal::new(None::<bool>);
    let copy = {
        let id = id.clone();
        move |_| {
            let id = id.clone();
            spawn_local(async move {
                copied.try_set(Some(browser::copy(&id).await));
                browser::sleep(2_000).await;
                copied.try_set(None);
            });
        }
    };
    view! {
        <span>{words} " " <code title=id.clone()>{short}</code></span>
        <button type="button" class="ghost" aria-label=format!("Copy {what}") title=format!("Copy {what} {id}") on:click=copy>
            {move || icon(match copied.get() { Some(true) => "check", Some(false) => "cross", None => "copy" })}
        </button>
        <span class="unseen" role="status">{move || match copied.get() { Some(true) => "Copied", Some(false) => "Not copied", None => "" }}</span>
    }
    .into_any()
}
