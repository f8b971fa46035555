//! The question before a POST, and what came of it. The POST is sent once, whatever is pressed how often.

use super::{effect, press, while_};
use leptos::{html, prelude::*, task::spawn_local};
use txjobs_sdk::{JobStatusCode, Trouble};
use web_sys::SubmitEvent;

use super::{TroubleNote, icon, reconnect};
use crate::{
    api, browser, poll,
    route::Route,
    state::{App, Ask, Deed, Session, app},
};

/// How far an asked deed is.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Asking,
    Sending,
    Failed(Trouble),
}

/// The dialog that asks. It is open while `app.ask` holds a question.
#[component]
pub fn Question() -> impl IntoView {
    let app = app();
    let dialog = NodeRef::<html::Dialog>::new();
    let step = RwSignal::new(Step::Asking);
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        if app.ask.with(Option::is_some) {
            step.set(Step::Asking);
            // Fails only if it is open already, and then all is well.
            let _ = dialog.show_modal();
        } else if dialog.open() {
            dialog.close();
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(ask), Some(session)) = (app.ask.get_untracked(), app.session.get_untracked()) else {
            return;
        };
        // Whatever is pressed twice, this is passed once.
        if step.get_untracked() == Step::Asking {
            step.set(Step::Sending);
            spawn_local(send(app, session, ask, step));
        }
    };
    view! {
        <dialog node_ref=dialog aria-labelledby="question" on:close=move |_| app.ask.set(None)>
            {move || app.ask.get().map(|ask| view! {
                <form on:submit=submit>
                    <h2 id="question">{heading(app, ask)}</h2>
                    <p class="quiet">{explanation(ask.what)}</p>
                    {move || match step.get() {
                        Step::Failed(trouble) => Some(failure(app, ask, trouble)),
                        _ => None,
                    }}
                    <Buttons what=ask.what step />
                </form>
            })}
        </dialog>
    }
}

#[component]
fn Buttons(what: Deed, step: RwSignal<Step>) -> impl IntoView {
    let app = app();
    let verb = match what {
        Deed::Run => "Run",
        Deed::Cancel => "Cancel run",
    };
    let close = press(move || app.ask.set(None));
    let leave = move || match (step.get(), what) {
        (Step::Failed(_), _) => "Close",
        (_, Deed::Run) => "Cancel",
        (_, Deed::Cancel) => "Let it run",
    };
    view! {
        <div class="bar">
            <button type="button" class="button" on:click=close>{leave}</button>
            {while_(move || !matches!(step.get(), Step::Failed(_)), move || view! {
                <button type="submit" class="button" class:primary=what == Deed::Run class:danger=what == Deed::Cancel
                    autofocus disabled=move || step.get() != Step::Asking>
                    {icon(if what == Deed::Run { "play" } else { "stop" })}
                    {move || if step.get() == Step::Sending { "Sending…" } else { verb }}
                </button>
            }.into_any())}
        </div>
    }
}

fn heading(app: App, ask: Ask) -> impl IntoView {
    let name = app.name_of(ask.job).unwrap_or_else(|| ask.job.to_string());
    let server = app.session.with_untracked(|s| s.as_ref().map(|s| s.profile.title())).unwrap_or_default();
    match ask.what {
        Deed::Run => view! { "Run " <bdi>{name}</bdi> " on " <bdi>{server}</bdi> "?" }.into_any(),
        Deed::Cancel => {
            view! { "Cancel the run of " <bdi>{name}</bdi> " on " <bdi>{server}</bdi> "?" }.into_any()
        }
    }
}

const fn explanation(what: Deed) -> &'static str {
    match what {
        Deed::Run => "It is queued at once, and you are taken to its run.",
        Deed::Cancel => "What it has done so far stays done. The run ends as failed.",
    }
}

async fn send(app: App, session: Session, ask: Ask, step: RwSignal<Step>) {
    let sent = match ask.what {
        Deed::Run => api::execute(&session, ask.job).await.map(|answer| Some(answer.value.trigger_id)),
        Deed::Cancel => api::cancel(&session, ask.job).await.map(|_| None),
    };
    if app.session_numbered(session.number).is_none() {
        return;
    }
    match sent {
        Ok(started) => {
            app.ask.set(None);
            match started {
                Some(run) => {
                    poll::expect(app, ask.job, JobStatusCode::Pending);
                    browser::go(&Route::Run { job: ask.job, run }.to_string());
                }
                None => app.refresh(),
            }
        }
        Err(trouble) => {
            app.refresh();
            step.set(Step::Failed(trouble));
        }
    }
}

/// What to say after a POST that failed. Where nobody knows whether it took effect, it says so and how to find out.
fn failure(app: App, ask: Ask, trouble: Trouble) -> impl IntoView {
    let kind = trouble.kind;
    let unclear = trouble.leaves_outcome_unclear();
    let usual = trouble.advice();
    let words = match ask.what {
        Deed::Run => {
            "Nobody knows whether the job was started: it is not sent again by itself. Look at its runs first."
        }
        Deed::Cancel => {
            "Nobody knows whether the run was cancelled: it is not sent again by itself. Look at it first."
        }
    };
    let look = move || {
        app.ask.set(None);
        browser::go(&Route::Job(ask.job).to_string());
    };
    view! {
        <TroubleNote trouble instead=if unclear { words } else { usual }>
            {(unclear || kind == txjobs_sdk::TroubleKind::Conflict).then(|| view! {
                <button type="button" class="button" on:click=press(look)>"Look at its runs"</button>
            })}
            {reconnect(kind)}
        </TroubleNote>
    }
    .into_any()
}
