//! The header of a run: breadcrumbs, outcome, stages and actions.

use txjobs_sdk::{
    ExecutionState, JobStatusCode, Timestamp,
    types::{JobId, TriggerId},
};

use crate::{
    browser,
    components::{icon, outcome_shape, state_badge, status_badge, when},
    dom::{El, IntoView, View, button, el, show},
    follow::{RunView, Stage},
    format,
    history::is_slow,
    reactive::{Memo, RwSignal},
    route::Route,
    state::{App, Ask, Deed, app},
};

/// Renders the header.
pub fn run_head(job: JobId, run: TriggerId, view: RunView) -> View {
    let app = app();
    let name = Memo::new(move || app.name_of(job).unwrap_or_else(|| job.to_string()));
    let crumbs = el("nav")
        .class("crumbs")
        .attr("aria-label", "Breadcrumbs")
        .child(el("a").attr("href", "#/").child("Jobs"))
        .child(icon("right"))
        .child(el("a").attr("href", Route::Job(job).to_string()).child(el("bdi").child(name)))
        .child(icon("right"))
        .child(el("span").attr("aria-current", "page").child("run"));
    // Screen readers announce the outcome, but not the running duration.
    let outcome = el("span").attr("role", "status").class("outcome").child(move || badge(app, job, view));
    let is_going = move || matches!(view.stage.get(), Stage::Pending | Stage::Going);
    let can_cancel = move || is_going() && app.extensions.get().cancel;
    let ask = move |what| app.ask.set(Some(Ask { what, job }));
    let cancel =
        move || button("button danger", move || ask(Deed::Cancel)).child(icon("stop")).child("Cancel run");
    let again =
        move || button("button primary", move || ask(Deed::Run)).child(icon("play")).child("Run again");
    let head = el("div")
        .class("bar head")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child(el("bdi").child(name)))
        .child(outcome)
        .child(el("span").class("quiet wide").child(move || usual(app, job, view)))
        .child(el("span").class("grow"))
        .child(show(can_cancel, cancel))
        .child(show(move || !is_going(), again));
    let by_application =
        Memo::new(move || view.execution.with(|e| e.as_ref().is_some_and(|e| e.trigger.is_none())));
    let origin = move || origin(run, by_application.get());
    let stages = el("ol")
        .class("stages")
        .attr("aria-label", "Stages")
        .child(move || stages(app, view))
        .child(el("li").class("trigger quiet").child(origin));
    (crumbs, head, stages).into_view()
}

fn badge(app: App, job: JobId, view: RunView) -> El {
    match (view.stage.get(), view.execution.get()) {
        (_, Some(execution)) => {
            let took = execution.took(app.now.with_untracked(|now| Timestamp::from_unix_millis(*now)));
            let words = match (execution.state.is_final(), took) {
                (true, Some(took)) => Some(format!("{} after {}", execution.state, format::duration(took))),
                _ => None,
            };
            state_badge(execution.state, words)
        }
        (Stage::Pending, None) => status_badge(Some(JobStatusCode::Pending)),
        (Stage::Looking, None) => status_badge(app.status_of(job)),
        (_, None) => state_badge(ExecutionState::None, Some("unknown".to_owned())),
    }
}

/// Returns the usual duration of the job's runs, and whether this run is slower.
fn usual(app: App, job: JobId, view: RunView) -> Option<String> {
    let took = view.execution.with(|execution| execution.as_ref().and_then(|run| run.took(app.now())));
    app.jobs.histories.with(|all| {
        let known = all.get(&job)?.usual();
        let (usual, runs) = known?;
        let words = format!("usually {} in the last {}", format::duration(usual), format::plural(runs, "run"));
        let is_slow = took.is_some_and(|took| is_slow(known, took));
        Some(if is_slow { format!("slower than usual: {words}") } else { words })
    })
}

/// Renders the stages of the run with their known times.
fn stages(app: App, view: RunView) -> View {
    let quiet = |child: View| el("span").class("quiet").child(child);
    let name = |name: &'static str| el("li").child(el("b").child(name)).child(" ");
    let Some(execution) = view.execution.get() else {
        if matches!(view.stage.get(), Stage::NotThere | Stage::Stopped | Stage::Halted) {
            return View::default();
        }
        let words = if view.stage.get() == Stage::Pending { "waiting for the application" } else { "" };
        let todo = |name: &'static str| el("li").class("todo").child(name);
        return [name("pending").child(quiet(words.into_view())), todo("running"), todo("ended")].into_view();
    };
    let first = view.log.with(|log| log.line(0).and_then(|line| line.time));
    let picked_up = first.and_then(|at| at.since(execution.created?)).filter(|wait| wait.as_millis() >= 500);
    let picked_up = picked_up.map(|wait| {
        name("first line").class("wide").child(quiet(format!("+{}", format::duration(wait)).into_view()))
    });
    let is_final = execution.state.is_final();
    let has_begun = is_final || execution.state == ExecutionState::Running;
    let at = execution.ended;
    let (color, state) = (outcome_shape(execution.state).color, execution.state.to_string());
    let running = move || execution.took(app.now()).map(format::duration);
    let created = name("created").child(quiet(when(execution.created).into_view()));
    let running = name("running").class_if("todo", !has_begun).child(quiet(running.into_view()));
    let ended = match is_final {
        true => {
            let exact = move || at.map(|at| app.zone().exact(at));
            let time = el("span")
                .class("quiet")
                .attr("title", exact)
                .child(move || at.map(|at| app.zone().seconds(at)));
            let state = el("b").child(state);
            el("li").class(format!("{color}-text")).child(state).child(" ").child(time)
        }
        false => el("li").class("todo").child("ended"),
    };
    (created, picked_up, running, ended).into_view()
}

/// Renders who started the run, and its id with a copy button.
fn origin(run: TriggerId, by_application: bool) -> View {
    let (words, what) = match by_application {
        true => ("by application · execution ", "execution id"),
        false => ("by API · trigger ", "trigger id"),
    };
    let id = run.to_string();
    let short: String = id.chars().take(8).collect();
    let copied = RwSignal::new(None::<bool>);
    let told = move || match copied.get() {
        Some(true) => "Copied",
        Some(false) => "Not copied",
        None => "",
    };
    let shape = move || match copied.get() {
        Some(true) => icon("check"),
        Some(false) => icon("cross"),
        None => icon("copy"),
    };
    let label = el("span").child(words).child(el("code").attr("title", id.clone()).child(short));
    let title = format!("Copy {what} {id}");
    let copy = button("ghost", move || browser::copy_and_tell(id.clone(), copied))
        .attr("aria-label", format!("Copy {what}"))
        .attr("title", title)
        .child(shape);
    (label, copy, el("span").class("unseen").attr("role", "status").child(told)).into_view()
}
