//! The less common fields of the connect form: key header, profile name, color, and production mark.

use txjobs_sdk::paths;
use web_sys::Event;

use super::{
    fields::Fields,
    inputs::{bind, checkbox, control, field_error, input},
};
use crate::{
    dom::{El, el},
    profiles::profile::Color,
};

/// Renders the fields in a collapsed section, or an open one if the header is not the default.
pub(super) fn advanced_fields(fields: Fields) -> El {
    let is_custom_header = fields.header.get_untracked() != paths::API_KEY_HEADER;
    let header = input("header", "text").attr("aria-describedby", "header-error");
    let header = control("header", "Key header name", bind(header, fields.header, Some(fields.header_error)));
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
    let production = checkbox("production", "Production: warn before each run", fields.is_production);
    let content = el("div")
        .class("field-group")
        .child(header.child(field_error("header-error", fields.header_error)))
        .child(control("name", "Profile name", bind(name, fields.name, None)))
        .child(colors)
        .child(production);
    el("details")
        .class("disclosure")
        .attr("open", is_custom_header)
        .child(el("summary").child("More"))
        .child(content)
}
