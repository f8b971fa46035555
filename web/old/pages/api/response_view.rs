//! Shows the raw response of an API request.

use crate::{
    api::response::RawResponse,
    components::icon,
    dom::{El, IntoView, View, el},
    model::format,
};

/// Maximum number of shown characters of a body.
const MAX_BODY_CHARS: usize = 50_000;

/// Renders status, duration in milliseconds, headers and body.
pub(super) fn response_view(raw: &RawResponse, duration: i64) -> El {
    let size = raw.body.len();
    let text = format::block(&String::from_utf8_lossy(&raw.body));
    let mut shown: String = text.chars().take(MAX_BODY_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    let truncation = (shown.len() < text.len())
        .then(|| format!(" · first {} characters shown", format::count(MAX_BODY_CHARS)));
    let color = if raw.status < 400 { "badge ok" } else { "badge bad" };
    let info = format!("{duration} ms · {} bytes{}", format::count(size), truncation.unwrap_or_default());
    let title_bar = el("div")
        .class("bar")
        .child(el("h2").child("Response"))
        .child(
            el("span")
                .class(color)
                .child(icon(if raw.status < 400 { "check" } else { "cross" }))
                .child(raw.status.to_string()),
        )
        .child(el("span").class("muted").child(info));
    let header = |(name, value): &(String, String)| {
        (el("dt").child(name.clone()), el("dd").child(value.clone())).into_view()
    };
    let headers: Vec<View> = raw.headers.iter().map(header).collect();
    let headers = el("details")
        .class("disclosure")
        .child(el("summary").child(format!("Headers ({})", raw.headers.len())))
        .child(el("dl").class("definitions").child(headers));
    let body = match size {
        0 => el("p").class("muted").child("No body."),
        _ => el("pre").class("code").attr("tabindex", "0").attr("aria-label", "Body").child(shown),
    };
    el("section").class("panel").attr("aria-label", "Response").child(title_bar).child(headers).child(body)
}
