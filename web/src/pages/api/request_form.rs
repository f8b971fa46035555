//! State of the request form.

use std::{collections::HashMap, sync::Arc};

use leptos::prelude::*;
use txjobs_sdk::{
    Error,
    decode::{self, LenientValue},
    operation::{Method, Operation, Request},
    paths,
};

use crate::{
    api::{Api, response::RawResponse},
    model::job_list::JobIndex,
    state::{Jobs, Ui},
    utils::time,
};

/// Progress of the request.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Editing,
    /// A POST waits for confirmation.
    Confirming,
    Sending,
    /// The response and the duration in milliseconds.
    Received(Arc<RawResponse>, i64),
    Failed(Error),
}

/// State of the request form.
#[derive(Clone, Copy)]
pub(super) struct RequestForm {
    /// Index of the operation in the contract.
    pub(super) operation: RwSignal<usize>,
    /// Parameter values by name, kept when the operation changes.
    values: RwSignal<HashMap<&'static str, String>>,
    pub(super) step: RwSignal<Step>,
    sending: Action<Request, ()>,
}

impl RequestForm {
    /// Creates the form, filled in with the job and the run opened last, or else with the first job.
    pub(super) fn new() -> Self {
        let (job, run) = expect_context::<Ui>().last_viewed.get_untracked();
        let first_job = expect_context::<Jobs>()
            .list
            .with_untracked(|list| list.as_ref().map(JobIndex::jobs)?.first().map(|job| job.id));
        let mut initial = HashMap::new();
        if let Some(job) = job.or(first_job) {
            initial.insert("job_id", job.to_string());
        }
        if let Some(run) = run {
            initial.insert("trigger_id", run.to_string());
        }
        let (values, step) = (RwSignal::new(initial), RwSignal::new(Step::Editing));
        let api = expect_context::<Api>();
        let sending = Action::new_local(move |request: &Request| send(api, request.clone(), values, step));
        Self { operation: RwSignal::new(0), values, step, sending }
    }

    /// Returns the selected operation.
    pub(super) fn operation(self) -> &'static Operation {
        paths::ALL[self.operation.get().min(paths::ALL.len() - 1)]
    }

    pub(super) fn is_post(self) -> bool {
        self.operation().method == Method::Post
    }

    /// Returns whether a request waits for confirmation or for its response.
    pub(super) fn is_locked(self) -> bool {
        self.step.with(|step| matches!(step, Step::Confirming | Step::Sending))
    }

    /// Returns the value of a parameter.
    pub(super) fn value(self, name: &str) -> String {
        self.values.with(|values| values.get(name).cloned()).unwrap_or_default()
    }

    /// Sets the value of a parameter.
    pub(super) fn set_value(self, name: &'static str, value: String) {
        self.step.set(Step::Editing);
        self.values.update(|values| {
            values.insert(name, value);
        });
    }

    /// Returns the request.
    pub(super) fn request(self) -> Request {
        self.operation().request(&|name| self.value(name).trim().to_owned())
    }

    /// Sends a GET. A POST needs a confirmation first.
    pub(super) fn submit(self) {
        if untrack(move || self.is_post()) {
            self.step.set(Step::Confirming);
        } else {
            self.send();
        }
    }

    /// Sends the request once.
    pub(super) fn send(self) {
        self.step.set(Step::Sending);
        self.sending.dispatch_local(untrack(move || self.request()));
    }
}

/// Sends the request unless the screen is left while the server asks to wait. The screen may also have been left when the
/// response arrives, so the signals may not exist anymore.
async fn send(
    api: Api,
    request: Request,
    values: RwSignal<HashMap<&'static str, String>>,
    step: RwSignal<Step>,
) {
    api.wait_for_pause().await;
    if step.is_disposed() {
        return;
    }
    let sent_at = time::now();
    let result = match api.send_raw(&request).await {
        Ok(raw) => {
            // Fill in a received trigger id for the next request.
            if let Ok(body) = decode::json::<LenientValue>(&raw.body)
                && let Some(run) = body.fields("triggerId").find_map(LenientValue::as_str)
            {
                values.try_update(|values| values.insert("trigger_id", run.to_owned()));
            }
            Step::Received(Arc::new(raw), time::now() - sent_at)
        }
        Err(error) => Step::Failed(error),
    };
    step.try_set(result);
}
