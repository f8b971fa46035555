//! The less common fields of the connect form: key header, profile name, color, and production mark.

use txjobs_sdk::paths;
use web_sys::{Event, HtmlInputElement};

use super::{
    control,
    fields::{Fields, bound},
    input, wrong,
};
use crate::{
    dom::{El, el},
    profile::Color,
    reactive::RwSignal,
};

/// Renders a check box with its label.
pub(super) fn tick(id: &'static str, words: &'static str, ticked: RwSignal<bool>) -> El {
    let field = el("input").attr("type", "checkbox").attr("id", id).checked(ticked);
    let input: HtmlInputElement = field.get();
    let field = field.on("change", move |_: Event| ticked.set(input.checked()));
    el("label").class("tick").attr("for", id).child(field).child(words)
}

/// Renders the fields in a collapsed section, or an open one if the header is not the default.
pub(super) fn more(fields: Fields) -> El {
    let is_unusual = fields.header.get_untracked() != paths::API_KEY_HEADER;
    let header = input("header", "text").attr("aria-describedby", "header-wrong");
    let header =
        control("header", "Key header name", bound(header, fields.header, Some(fields.header_wrong)));
    let name = input("name", "text").attr("placeholder", "Production");
    let colors = Color::ALL.map(|color| {
        let radio = el("input")
            .attr("type", "radio")
            .attr("name", "color")
            .attr("value", color.name())
            .checked(move || fields.color.get() == color)
            .on("change", move |_: Event| fields.color.set(color));
        let swatch = el("span").class(format!("swatch {}", color.name()));
        el("label").child(radio).child(swatch).child(color.name())
    });
    let colors = el("fieldset")
        .child(el("legend").child("Page color"))
        .child(el("div").class("choices").child(colors));
    let production = tick("production", "Production: warn before each run", fields.is_production);
    let all = el("div")
        .class("more-fields")
        .child(header.child(wrong("header-wrong", fields.header_wrong)))
        .child(control("name", "Profile name", bound(name, fields.name, None)))
        .child(colors)
        .child(production);
    el("details").class("more").attr("open", is_unusual).child(el("summary").child("More")).child(all)
}
