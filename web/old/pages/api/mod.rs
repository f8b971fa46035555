//! The API screen: sends requests of the contract manually, like the vendor's Postman collection.

mod code_snippet;
mod confirm_post;
mod fields;
mod request_form;
mod response_view;

use std::rc::Rc;

use txjobs_sdk::operation::Method;
use web_sys::Event;

use self::{
    code_snippet::code_snippet,
    confirm_post::confirm_post,
    fields::{fields, operations},
    request_form::{RequestForm, Step, Values, send},
    response_view::response_view,
};
use crate::{
    components::{error_note, icon},
    dom::{El, IntoView, View, el},
    model::{job_list::JobIndex, snippet},
    profiles::session::Session,
    reactive::{Memo, RwSignal},
    state::{App, app},
    utils::browser,
};

/// Renders the API screen.
pub fn api_page(session: Rc<Session>) -> El {
    browser::set_title("API · txjobs");
    let app = app();
    let form = RequestForm {
        operation: RwSignal::new(0),
        values: RwSignal::new(initial_values(app)),
        language: RwSignal::new("curl"),
        step: RwSignal::new(Step::Editing),
    };
    let is_post = move || form.operation().method == Method::Post;
    let submit = move |event: Event| {
        event.prevent_default();
        let can_send = !form.step.with_untracked(|step| matches!(step, Step::Confirming | Step::Sending));
        match can_send {
            true if is_post() => form.step.set(Step::Confirming),
            true => send(app, form),
            false => {}
        }
    };
    let code = Memo::new(move || {
        let request = form.request();
        let url = format!("{}{}", session.base, request.path_and_query());
        snippet::snippet(form.language.get(), request.method().as_str(), &url, &session.header)
    });
    let form_element = el("form")
        .class("panel")
        .on("submit", submit)
        .child(operations(form))
        .child(move || fields(form))
        .child(
            el("div").class("bar").child(
                el("button")
                    .attr("type", "submit")
                    .class("button primary")
                    .attr("disabled", move || {
                        form.step.with(|step| matches!(step, Step::Confirming | Step::Sending))
                    })
                    .child(icon("play"))
                    .child(move || if is_post() { "Send…" } else { "Send" }),
            ),
        );
    let title = el("h1").attr("id", "title").attr("tabindex", "-1").child("API");
    let description = "Send requests of the TimeXtender Jobs API.";
    el("main")
        .child(el("div").child(title).child(el("p").class("muted").child(description)))
        .child(el("div").class("two-columns").child(form_element).child(code_snippet(form, code)))
        .child(el("div").attr("aria-live", "polite").child(move || result(app, form)))
}

/// Returns parameter values for the job and run opened last, or else for the first job.
fn initial_values(app: App) -> Values {
    let (job, run) = app.last_viewed.get_untracked();
    let first_job =
        app.jobs.list.with_untracked(|list| list.as_ref().map(JobIndex::jobs)?.first().map(|job| job.id));
    let job = job.or(first_job).map(|job| job.to_string());
    let run = run.map(|run| run.to_string());
    vec![("job_id", job.unwrap_or_default()), ("trigger_id", run.unwrap_or_default())]
}

fn result(app: App, form: RequestForm) -> View {
    match form.step.get() {
        Step::Editing => View::default(),
        Step::Confirming => confirm_post(app, form).into_view(),
        Step::Sending => el("p").class("muted").child("Sending…").into_view(),
        Step::Received(raw, duration) => response_view(&raw, duration).into_view(),
        Step::Failed(error) => error_note(&error, "", ()).into_view(),
    }
}
