//! State of the request form.

use std::rc::Rc;

use txjobs_sdk::{
    Error,
    decode::{self, LenientValue},
    operation::{Operation, Request},
    paths,
};

use crate::{
    api::{self, response::RawResponse},
    reactive::RwSignal,
    state::App,
    utils::browser,
};

/// Progress of the request.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Editing,
    /// A POST waits for confirmation.
    Confirming,
    Sending,
    /// The response and the duration in milliseconds.
    Received(Rc<RawResponse>, i64),
    Failed(Error),
}

/// Parameter values by name. A list, because a map for a few entries would make the program larger.
pub(super) type Values = Vec<(&'static str, String)>;

/// State of the request form.
#[derive(Clone, Copy)]
pub(super) struct RequestForm {
    /// Index of the operation in the contract.
    pub(super) operation: RwSignal<usize>,
    /// Parameter values, kept when the operation changes.
    pub(super) values: RwSignal<Values>,
    pub(super) language: RwSignal<&'static str>,
    pub(super) step: RwSignal<Step>,
}

impl RequestForm {
    /// Returns the selected operation.
    pub(super) fn operation(self) -> &'static Operation {
        paths::ALL[self.operation.get().min(paths::ALL.len() - 1)]
    }

    /// Returns the value of a parameter.
    pub(super) fn value(self, name: &str) -> String {
        let value =
            |values: &Values| values.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone());
        self.values.with(value).unwrap_or_default()
    }

    /// Sets the value of a parameter.
    pub(super) fn set_value(self, name: &'static str, value: String) {
        self.values.update(|values| {
            values.retain(|(other, _)| *other != name);
            values.push((name, value));
        });
    }

    /// Returns the request.
    pub(super) fn request(self) -> Request {
        self.operation().request(&|name| self.value(name).trim().to_owned())
    }
}

/// Sends the request once.
pub(super) fn send(app: App, form: RequestForm) {
    let Some(session) = app.session.get_untracked() else { return };
    let request = form.request();
    form.step.set(Step::Sending);
    browser::spawn(async move {
        let started_at = browser::now();
        let step = match api::send_raw(&session, &request).await {
            Ok(raw) => Step::Received(Rc::new(raw), browser::now() - started_at),
            Err(error) => Step::Failed(error),
        };
        // Fill in a received trigger id for the next request.
        if let Step::Received(raw, _) = &step
            && form.step.try_get_untracked().is_some()
            && let Ok(body) = decode::json::<LenientValue>(&raw.body)
            && let Some(run) = body.fields("triggerId").find_map(LenientValue::as_str)
        {
            form.set_value("trigger_id", run.to_owned());
        }
        form.step.try_set(step);
    });
}
