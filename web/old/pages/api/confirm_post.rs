//! The confirmation before a manual POST.

use super::request_form::{RequestForm, Step, send};
use crate::{
    components::{icon, production_warning},
    dom::{El, button, el},
    state::App,
};

/// Renders the confirmation. A POST changes data on the server, so the user confirms it.
pub(super) fn confirm_post(app: App, form: RequestForm) -> El {
    let request_line = format!("POST {}", form.request().path_and_query());
    let send_button =
        button("button primary", move || send(app, form)).child(icon("play")).child("Send request");
    let cancel =
        button("button", move || form.step.set(Step::Editing)).attr("autofocus", true).child("Cancel");
    el("section")
        .class("panel")
        .attr("aria-label", "Confirmation")
        .child(el("h2").child("Send this request? It changes data on the server."))
        .child(production_warning(app))
        .child(el("pre").class("code").child(request_line))
        .child(el("div").class("bar").child(send_button).child(cancel))
}
