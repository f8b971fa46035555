//! The dialog that asks for confirmation before a job is run or canceled. It sends the POST once and shows errors.

use leptos::prelude::*;
use txjobs_sdk::{
    Error, ErrorKind,
    types::{JobId, TriggerId},
};
use web_sys::SubmitEvent;

use super::{modal::Modal, production_warning::ProductionWarning};
use crate::{
    api::Api,
    components::{ErrorNote, Icon, PauseNote, ReconnectButton},
    model::route::Route,
    profiles::profile::Profile,
    state::{Connection, JobAction, Jobs, Notice, NoticeLine, Notices, PendingConfirmation, Ui},
    text::t,
    utils::address,
};

/// Renders the dialog. It is open while an action waits for a confirmation.
#[component]
pub(super) fn ConfirmDialog() -> impl IntoView {
    let pending = expect_context::<Ui>().pending_confirmation;
    view! {
        <Modal
            is_open=Signal::derive(move || pending.with(Option::is_some))
            on_close=move || pending.set(None)
            class="confirmation"
            heading_id="confirm-title"
        >
            {move || pending.get().map(|pending| view! { <ConfirmForm pending /> })}
        </Modal>
    }
}

/// Renders the question and sends the request after the confirmation.
#[component]
fn ConfirmForm(pending: PendingConfirmation) -> impl IntoView {
    let sender = Sender::new(pending);
    let (connection, jobs) = (expect_context::<Connection>(), sender.jobs);
    let PendingConfirmation { action, job } = pending;
    let is_sent = RwSignal::new(false);
    let send = Action::new_local(move |(): &()| sender.send(is_sent));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        // A double click sends one request.
        if !is_sent.get_untracked() {
            is_sent.set(true);
            send.dispatch_local(());
        }
    };
    let error = move || send.value().get().and_then(Result::err);
    let prefix = match action {
        JobAction::Run => t("Run "),
        JobAction::Cancel => t("Cancel the run of "),
    };
    let server = connection.profile.with_untracked(Profile::title);
    let explanation = match action {
        JobAction::Run => t("The job is queued immediately, and the console opens its run."),
        JobAction::Cancel => t("Work already done is not undone. The run ends with the state failed."),
    };
    view! {
        <form on:submit=submit>
            <h2 id="confirm-title">
                {prefix} <bdi>{move || jobs.name(job).unwrap_or_else(|| job.to_string())}</bdi> {t(" on ")}
                <bdi>{server}</bdi> "?"
            </h2>
            <ProductionWarning />
            <p class="muted" role="status">
                {move || if send.pending().get() { t("Sending…") } else { explanation }}
            </p>
            <PauseNote is_waiting=send.pending() />
            {move || error().map(|error| view! { <Failure job error /> })}
            <Buttons action is_sent has_failed=Signal::derive(move || error().is_some()) />
        </form>
    }
}

/// Renders the buttons. They keep their places after the confirmation, so that the second click of a double click does
/// not hit another button.
#[component]
fn Buttons(action: JobAction, is_sent: RwSignal<bool>, has_failed: Signal<bool>) -> impl IntoView {
    let is_production = expect_context::<Connection>().is_production();
    let pending = expect_context::<Ui>().pending_confirmation;
    let (verb, icon, class) = match action {
        JobAction::Run => (t("Run"), "play", "button primary"),
        JobAction::Cancel => (t("Cancel run"), "stop", "button danger"),
    };
    let close_label = move || match (has_failed.get(), action) {
        (true, _) => t("Close"),
        (false, JobAction::Run) => t("Cancel"),
        (false, JobAction::Cancel) => t("Keep running"),
    };
    // On a production server, Enter closes the dialog.
    view! {
        <div class="bar">
            <button type="button" class="button" autofocus=is_production on:click=move |_| pending.set(None)>
                {move || close_label()}
            </button>
            <button
                type="submit"
                class=class
                autofocus=!is_production
                aria-disabled=move || is_sent.get().then_some("true")
            >
                <Icon name=icon />
                {verb}
            </button>
        </div>
    }
}

/// Renders the error of a request.
#[component]
fn Failure(job: JobId, error: Error) -> impl IntoView {
    let pending = expect_context::<Ui>().pending_confirmation;
    let kind = error.kind;
    let open_runs = move |_| {
        pending.set(None);
        address::navigate(&Route::Job(job).to_string());
    };
    let has_runs = error.is_outcome_unknown() || kind == ErrorKind::Conflict;
    let open_runs = has_runs.then(|| {
        view! {
            <button type="button" class="button" on:click=open_runs>
                {t("Open its runs")}
            </button>
        }
    });
    view! {
        <ErrorNote error>
            {open_runs}
            <ReconnectButton kind />
        </ErrorNote>
    }
}

/// Sends the request of a confirmed action.
#[derive(Clone, Copy, Debug)]
struct Sender {
    pending: PendingConfirmation,
    api: Api,
    jobs: Jobs,
    ui: Ui,
    notices: Notices,
}

impl Sender {
    fn new(pending: PendingConfirmation) -> Self {
        Self {
            pending,
            api: expect_context::<Api>(),
            jobs: expect_context::<Jobs>(),
            ui: expect_context::<Ui>(),
            notices: expect_context::<Notices>(),
        }
    }

    /// Sends the request once, unless the dialog is closed while the server asks to wait. `of_dialog` is a signal of the
    /// dialog. Shows the result in a notice if the dialog is closed after that.
    async fn send(self, of_dialog: RwSignal<bool>) -> Result<(), Error> {
        let PendingConfirmation { action, job } = self.pending;
        self.api.wait_for_pause().await;
        if of_dialog.is_disposed() {
            return Ok(());
        }
        // The names are not available anymore after the session has ended.
        let name = untrack(|| self.jobs.name(job)).unwrap_or_else(|| job.to_string());
        let result = match action {
            JobAction::Run => self.api.execute(job).await.map(|response| Some(response.value.trigger_id)),
            JobAction::Cancel => self.api.cancel(job).await.map(|_| None),
        };
        match &result {
            Ok(Some(run)) => self.jobs.mark_pending(job, *run),
            Ok(None) | Err(_) => self.jobs.refresh(),
        }
        if self.ui.pending_confirmation.get_untracked() != Some(self.pending) {
            self.show_notice(name, &result);
        } else if let Ok(started) = &result {
            self.ui.pending_confirmation.set(None);
            if let Some(run) = *started {
                address::navigate(&Route::Run { job, run }.to_string());
            }
        }
        result.map(|_| ())
    }

    fn show_notice(self, job_name: String, result: &Result<Option<TriggerId>, Error>) {
        let job = self.pending.job;
        let (text, link) = match result {
            Ok(Some(run)) => (t("The job was started."), Some(Route::Run { job, run: *run }.to_string())),
            Ok(None) => (t("The run was canceled."), None),
            Err(error) if error.is_outcome_unknown() => (t("The result is not known."), None),
            Err(_) => match self.pending.action {
                JobAction::Run => (t("The job was not started."), None),
                JobAction::Cancel => (t("The run was not canceled."), None),
            },
        };
        let reason = result.as_ref().err().map(|error| format!("{} {}", error.summary(), error.advice()));
        let lines = vec![NoticeLine { job_name, text: reason.unwrap_or_default(), link }];
        self.notices.show(Notice { id: self.notices.next_id(), text: text.to_owned(), lines });
    }
}
