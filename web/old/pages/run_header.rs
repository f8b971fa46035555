//! The header of a run: breadcrumbs, outcome, stages and actions.

use txjobs_sdk::{
    ExecutionState, JobStatusCode, Timestamp,
    types::{JobId, TriggerId},
};

use crate::{
    components::{icon, outcome_shape, state_badge, status_badge, time_view},
    dom::{El, IntoView, View, button, el, show},
    model::{format, history::is_slow, route::Route},
    reactive::{Memo, RwSignal},
    state::{App, JobAction, PendingConfirmation, app},
    tasks::run_view::{RunView, Stage},
    utils::browser,
};

/// Renders the header.
pub fn run_header(job: JobId, run: TriggerId, view: RunView) -> View {
    let app = app();
    let name = Memo::new(move || app.job_name(job).unwrap_or_else(|| job.to_string()));
    let breadcrumbs = el("nav")
        .class("crumbs")
        .attr("aria-label", "Breadcrumbs")
        .child(el("a").attr("href", "#/").child("Jobs"))
        .child(icon("right"))
        .child(el("a").attr("href", Route::Job(job).to_string()).child(el("bdi").child(name)))
        .child(icon("right"))
        .child(el("span").attr("aria-current", "page").child("run"));
    // Screen readers announce the outcome, but not the running duration.
    let outcome = el("span").attr("role", "status").class("outcome").child(move || badge(app, job, view));
    let is_active = move || matches!(view.stage.get(), Stage::Pending | Stage::Running);
    let can_cancel = move || is_active() && app.extensions.get().cancel;
    let confirm = move |action| app.pending_confirmation.set(Some(PendingConfirmation { action, job }));
    let cancel = move || {
        button("button danger", move || confirm(JobAction::Cancel)).child(icon("stop")).child("Cancel run")
    };
    let run_again = move || {
        button("button primary", move || confirm(JobAction::Run)).child(icon("play")).child("Run again")
    };
    let header = el("div")
        .class("bar page-header")
        .child(el("h1").attr("id", "title").attr("tabindex", "-1").child(el("bdi").child(name)))
        .child(outcome)
        .child(el("span").class("muted hide-on-phone").child(move || usual_duration(app, job, view)))
        .child(el("span").class("spacer"))
        .child(show(can_cancel, cancel))
        .child(show(move || !is_active(), run_again));
    let by_application =
        Memo::new(move || view.execution.with(|e| e.as_ref().is_some_and(|e| e.trigger.is_none())));
    let origin = move || origin(run, by_application.get());
    let stages = el("ol")
        .class("stages")
        .attr("aria-label", "Stages")
        .child(move || stages(app, view))
        .child(el("li").class("origin muted").child(origin));
    (breadcrumbs, header, stages).into_view()
}

fn badge(app: App, job: JobId, view: RunView) -> El {
    match (view.stage.get(), view.execution.get()) {
        (_, Some(execution)) => {
            let duration =
                execution.duration(app.now.with_untracked(|now| Timestamp::from_unix_millis(*now)));
            let text = match (execution.state.is_final(), duration) {
                (true, Some(duration)) => {
                    Some(format!("{} after {}", execution.state, format::duration(duration)))
                }
                _ => None,
            };
            state_badge(execution.state, text)
        }
        (Stage::Pending, None) => status_badge(Some(JobStatusCode::Pending)),
        (Stage::Loading, None) => status_badge(app.job_status(job)),
        (_, None) => state_badge(ExecutionState::None, Some("unknown".to_owned())),
    }
}

/// Returns the usual duration of the job's runs, and whether this run is slower.
fn usual_duration(app: App, job: JobId, view: RunView) -> Option<String> {
    let duration =
        view.execution.with(|execution| execution.as_ref().and_then(|run| run.duration(app.now())));
    app.jobs.histories.with(|all| {
        let known = all.get(&job)?.usual_duration();
        let (usual, runs) = known?;
        let text = format!("usually {} in the last {}", format::duration(usual), format::plural(runs, "run"));
        let is_slow = duration.is_some_and(|duration| is_slow(known, duration));
        Some(if is_slow { format!("slower than usual: {text}") } else { text })
    })
}

/// Renders the stages of the run with their known times.
fn stages(app: App, view: RunView) -> View {
    let muted = |child: View| el("span").class("muted").child(child);
    let name = |name: &'static str| el("li").child(el("b").child(name)).child(" ");
    let Some(execution) = view.execution.get() else {
        if matches!(view.stage.get(), Stage::NotFound | Stage::Stopped | Stage::LoadStopped) {
            return View::default();
        }
        let text = if view.stage.get() == Stage::Pending { "waiting for the application" } else { "" };
        let upcoming = |name: &'static str| el("li").class("upcoming").child(name);
        return [name("pending").child(muted(text.into_view())), upcoming("running"), upcoming("ended")]
            .into_view();
    };
    let first_line_at = view.log.with(|log| log.line(0).and_then(|line| line.time));
    let first_line =
        first_line_at.and_then(|at| at.since(execution.created?)).filter(|wait| wait.as_millis() >= 500);
    let first_line = first_line.map(|wait| {
        name("first line")
            .class("hide-on-phone")
            .child(muted(format!("+{}", format::duration(wait)).into_view()))
    });
    let is_final = execution.state.is_final();
    let has_started = is_final || execution.state == ExecutionState::Running;
    let at = execution.ended;
    let (color, state) = (outcome_shape(execution.state).color, execution.state.to_string());
    let running = move || execution.duration(app.now()).map(format::duration);
    let created = name("created").child(muted(time_view(execution.created).into_view()));
    let running = name("running").class_if("upcoming", !has_started).child(muted(running.into_view()));
    let ended = match is_final {
        true => {
            let exact = move || at.map(|at| app.zone().exact(at));
            let time = el("span")
                .class("muted")
                .attr("title", exact)
                .child(move || at.map(|at| app.zone().seconds(at)));
            let state = el("b").child(state);
            el("li").class(format!("{color}-text")).child(state).child(" ").child(time)
        }
        false => el("li").class("upcoming").child("ended"),
    };
    (created, first_line, running, ended).into_view()
}

/// Renders who started the run, and its id with a copy button.
fn origin(run: TriggerId, by_application: bool) -> View {
    let (text, id_name) = match by_application {
        true => ("by application · execution ", "execution id"),
        false => ("by API · trigger ", "trigger id"),
    };
    let id = run.to_string();
    let short: String = id.chars().take(8).collect();
    let copy_result = RwSignal::new(None::<bool>);
    let copy_status = move || match copy_result.get() {
        Some(true) => "Copied",
        Some(false) => "Not copied",
        None => "",
    };
    let shape = move || match copy_result.get() {
        Some(true) => icon("check"),
        Some(false) => icon("cross"),
        None => icon("copy"),
    };
    let label = el("span").child(text).child(el("code").attr("title", id.clone()).child(short));
    let title = format!("Copy {id_name} {id}");
    let copy = button("icon-button", move || browser::copy_with_feedback(id.clone(), copy_result))
        .attr("aria-label", format!("Copy {id_name}"))
        .attr("title", title)
        .child(shape);
    (label, copy, el("span").class("visually-hidden").attr("role", "status").child(copy_status)).into_view()
}
