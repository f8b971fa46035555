//! Notifications about the end of runs that were started in this page.

use leptos::prelude::*;
use txjobs_sdk::ExecutionState;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{model::route::Route, state::Jobs};

#[wasm_bindgen(module = "/js/notifications.js")]
extern "C" {
    /// Shows that a run has ended, if the page does not have the focus.
    fn notify(text: &str, link: &str, is_success: bool);
    /// Returns whether notifications are turned on and allowed by the browser.
    #[wasm_bindgen(js_name = isEnabled)]
    pub fn is_enabled() -> bool;
    /// Turns notifications on or off. The browser may ask for permission. Returns whether they are on.
    #[wasm_bindgen(js_name = setEnabled)]
    pub async fn set_enabled(enabled: bool) -> wasm_bindgen::JsValue;
}

/// Shows a notification for each watched run when its end is known.
pub fn notify_when_runs_end(jobs: Jobs) {
    Effect::new(move || {
        let ended = jobs.histories.with(|histories| {
            jobs.watched_runs.with(|watched| {
                watched.iter().find_map(|&(job, run)| {
                    let found = histories.get(&job)?.runs.iter().find(|known| known.trigger == Some(run))?;
                    found.state.is_final().then_some((job, run, found.state))
                })
            })
        });
        if let Some((job, run, state)) = ended {
            jobs.watched_runs.update(|watched| watched.retain(|other| *other != (job, run)));
            jobs.mark_ended(job);
            let name = jobs.name(job).unwrap_or_default();
            let is_success =
                matches!(state, ExecutionState::Completed | ExecutionState::CompletedWithWarnings);
            notify(&format!("{name}: {state}"), &Route::Run { job, run }.to_string(), is_success);
        }
    });
}
