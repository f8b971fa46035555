//! Starts the jobs of a bulk run one after the other. Each POST is sent once.

use leptos::prelude::*;
use txjobs_sdk::types::JobId;

use super::results::{JobStart, StartResult, is_about_connection, reason, summary};
use crate::{
    api::Api,
    model::route::Route,
    state::{Jobs, Notice, NoticeLine, Notices, Ui},
    text::t,
};

/// A bulk run. It continues after its dialog was closed, and then its results are in a notice.
#[derive(Clone, Debug)]
pub(super) struct BulkRun {
    pub starts: ArcRwSignal<Vec<JobStart>>,
    /// Id of the notice. `None` while the dialog is open.
    pub notice: ArcRwSignal<Option<u32>>,
}

impl BulkRun {
    pub(super) fn new(starts: Vec<JobStart>) -> Self {
        Self { starts: ArcRwSignal::new(starts), notice: ArcRwSignal::new(None) }
    }

    fn set(&self, index: usize, result: StartResult) {
        self.starts.update(|starts| starts[index].result = result);
    }

    /// Shows the results in the notice if the dialog was closed.
    pub(super) fn update_notice(&self, notices: Notices) {
        let Some(id) = self.notice.get_untracked() else { return };
        self.starts.with_untracked(|starts| {
            let is_complete = starts.iter().all(|start| start.result.is_final());
            let lines = if is_complete { starts.iter().map(line).collect() } else { Vec::new() };
            notices.show(Notice { id, text: summary(starts), lines });
        });
    }
}

fn line(start: &JobStart) -> NoticeLine {
    let (text, link) = match &start.result {
        StartResult::Started(run) => {
            (t("started").to_owned(), Some(Route::Run { job: start.job, run: *run }.to_string()))
        }
        StartResult::Failed(error) => (reason(error), None),
        StartResult::NotSent | StartResult::Waiting | StartResult::Sending => {
            (t("not sent").to_owned(), None)
        }
    };
    NoticeLine { job_name: start.name.clone(), text, link }
}

/// Starts jobs.
#[derive(Clone, Copy, Debug)]
pub(super) struct JobStarter {
    api: Api,
    jobs: Jobs,
    ui: Ui,
    notices: Notices,
}

impl JobStarter {
    pub(super) fn new() -> Self {
        Self {
            api: expect_context::<Api>(),
            jobs: expect_context::<Jobs>(),
            ui: expect_context::<Ui>(),
            notices: expect_context::<Notices>(),
        }
    }

    /// Sends the requests.
    pub(super) async fn start(self, run: BulkRun) {
        let jobs: Vec<_> = run.starts.with_untracked(|starts| starts.iter().map(|start| start.job).collect());
        let mut can_continue = true;
        for (index, job) in jobs.into_iter().enumerate() {
            let is_connected = || !self.jobs.list.is_disposed();
            if can_continue && is_connected() {
                run.set(index, StartResult::Sending);
                self.api.wait_for_pause().await;
            }
            // Without its session, a request has no key.
            if !can_continue || !is_connected() {
                run.set(index, StartResult::NotSent);
                continue;
            }
            match self.api.execute(job).await {
                Ok(response) => {
                    let trigger = response.value.trigger_id;
                    self.jobs.mark_pending(job, trigger);
                    run.set(index, StartResult::Started(trigger));
                    self.deselect(job);
                }
                Err(error) => {
                    can_continue = !is_about_connection(error.kind);
                    run.set(index, StartResult::Failed(error));
                }
            }
            run.update_notice(self.notices);
        }
        run.update_notice(self.notices);
    }

    /// Removes a started job from the selection.
    fn deselect(self, job: JobId) {
        if let Route::Jobs(options) = self.ui.route.get_untracked()
            && options.selected.contains(&job)
        {
            self.ui.replace_route(Route::Jobs(options.with_selection_toggled(job)));
        }
    }
}
