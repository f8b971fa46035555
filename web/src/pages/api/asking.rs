//! The confirmation before a manual POST.

use super::{Page, Step, start};
use crate::{
    components::{icon, production},
    dom::{El, button, el},
    state::App,
};

/// Renders the confirmation. A POST changes data on the server, so the user confirms it.
pub(super) fn asking(app: App, page: Page) -> El {
    let line = format!("POST {}", page.request().path_and_query());
    let send = button("button primary", move || start(app, page)).child(icon("play")).child("Send it");
    let leave =
        button("button", move || page.step.set(Step::Writing)).attr("autofocus", true).child("Cancel");
    el("section")
        .class("panel")
        .attr("aria-label", "Confirmation")
        .child(el("h2").child("Send this request? It changes data on the server."))
        .child(production(app))
        .child(el("pre").class("code").child(line))
        .child(el("div").class("bar").child(send).child(leave))
}
