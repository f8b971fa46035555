//! Notifications about the end of runs that were started in this page.

use txjobs_sdk::ExecutionState;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{poll, reactive::effect, route::Route, state::App};

#[wasm_bindgen(module = "/js/tell.js")]
extern "C" {
    fn tell(words: &str, link: &str, is_good: bool);
    /// Whether notifications are turned on and allowed by the browser.
    #[wasm_bindgen(js_name = isOn)]
    pub fn is_on() -> bool;
    /// Turns notifications on or off. The browser may ask for permission. Returns whether they are on.
    pub async fn turn(on: bool) -> wasm_bindgen::JsValue;
}

/// Shows a notification for each watched run when its end is known.
pub fn tell_of_ends(app: App) {
    effect(move || {
        let ended = app.jobs.histories.with(|histories| {
            app.watched.with(|watched| {
                watched.iter().find_map(|&(job, run)| {
                    let found = histories.get(&job)?.runs.iter().find(|known| known.trigger == Some(run))?;
                    found.state.is_final().then_some((job, run, found.state))
                })
            })
        });
        if let Some((job, run, state)) = ended {
            app.watched.update(|watched| watched.retain(|other| *other != (job, run)));
            poll::run_ended(app, job);
            let name = app.name_of(job).unwrap_or_default();
            let is_good = matches!(state, ExecutionState::Completed | ExecutionState::CompletedWithWarnings);
            tell(&format!("{name}: {state}"), &Route::Run { job, run }.to_string(), is_good);
        }
    });
}
