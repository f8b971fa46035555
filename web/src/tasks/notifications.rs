//! Notifications about the end of runs that were started in this page.

use leptos::prelude::*;
use txjobs_sdk::ExecutionState;

use crate::{
    model::{route::Route, state_names},
    state::{EndedRun, Jobs, Preferences, Ui},
    utils::{effects::effect, notification},
};

/// Reports the end of each watched run, unless the user looks at the page.
pub fn notify_when_runs_end(jobs: Jobs, ui: Ui, preferences: Preferences) {
    effect(move || {
        let ended = jobs.histories.with(|histories| {
            jobs.watched_runs.with(|watched| {
                watched.iter().find_map(|&(job, run)| {
                    let found = histories.get(&job)?.runs.iter().find(|known| known.trigger == Some(run))?;
                    found.state.is_final().then_some((job, run, found.state))
                })
            })
        });
        let Some((job, run, state)) = ended else { return };
        jobs.watched_runs.update(|watched| watched.retain(|other| *other != (job, run)));
        jobs.mark_ended(job);
        if ui.is_focused.get_untracked() {
            return;
        }
        let name = untrack(|| jobs.name(job)).unwrap_or_default();
        let text = format!("{name}: {}", state_names::execution_state(state));
        if preferences.notifies.get_untracked() && notification::is_permitted() {
            notification::show(&text, &Route::Run { job, run }.to_string());
        }
        let is_success = matches!(state, ExecutionState::Completed | ExecutionState::CompletedWithWarnings);
        ui.ended_run.set(Some(EndedRun { text, is_success }));
    });
}
