//! The dialog that runs several jobs after a confirmation and shows the result of each.

mod form;
mod results;
mod start_jobs;

use leptos::{ev, prelude::*};

use self::{form::BulkRunForm, start_jobs::JobStarter};
use super::modal::Modal;
use crate::{state::Ui, utils::effects::on_window_event};

/// Renders the dialog. It is open while jobs wait for a confirmation. Closing it does not stop the starts.
#[component]
pub(super) fn BulkRunDialog() -> impl IntoView {
    let pending = expect_context::<Ui>().pending_bulk_run;
    let starter = JobStarter::new();
    let start = Action::new_local(move |run: &start_jobs::BulkRun| starter.start(run.clone()));
    // Closing the tab would stop the starts.
    on_window_event(ev::beforeunload, move |event| {
        if start.pending().get_untracked() {
            event.prevent_default();
        }
    });
    let form = move || {
        let jobs = pending.get();
        (!jobs.is_empty()).then(|| view! { <BulkRunForm jobs start /> })
    };
    view! {
        <Modal
            is_open=Signal::derive(move || pending.with(|jobs| !jobs.is_empty()))
            on_close=move || pending.set(Vec::new())
            class="confirmation"
            heading_id="bulk-run-title"
        >
            {move || form()}
        </Modal>
    }
}
