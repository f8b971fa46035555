//! The question before a POST by hand.

use super::{Page, Step, start};
use crate::{
    components::{icon, production},
    dom::{El, button, el},
    state::App,
};

/// A POST changes something, so it is asked for twice.
pub(super) fn asking(app: App, page: Page) -> El {
    let line = format!("POST {}", page.request().path_and_query());
    let send = button("button primary", move || start(app, page)).child(icon("play")).child("Send it");
    let leave =
        button("button", move || page.step.set(Step::Writing)).attr("autofocus", true).child("Cancel");
    el("section")
        .class("panel")
        .attr("aria-label", "Question")
        .child(el("h2").child("Send this? It changes something on the server."))
        .child(production(app))
        .child(el("pre").class("code").child(line))
        .child(el("div").class("bar").child(send).child(leave))
}
