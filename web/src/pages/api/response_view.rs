use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    api::{Api, response::RawResponse},
    components::Icon,
    model::format,
    text,
    text::{t, tf},
};

/// Maximum number of shown characters of a body.
const MAX_BODY_CHARS: usize = 50_000;

/// Renders the raw response: status, duration in milliseconds, headers and body. If the server repeats the key, it is
/// masked.
#[component]
pub(super) fn ResponseView(raw: Arc<RawResponse>, millis: i64) -> impl IntoView {
    let key = expect_context::<Api>().session().key.clone();
    let is_success = raw.status < 400;
    let size = raw.body.len();
    let text = format::block(&String::from_utf8_lossy(&raw.body));
    let mut shown: String = text.chars().take(MAX_BODY_CHARS).collect();
    let mut info = tf!("{millis} ms · {bytes} bytes", millis = millis, bytes = text::count(size));
    if shown.len() < text.len() {
        shown.push('…');
        info.push_str(&tf!(" · first {count} characters shown", count = text::count(MAX_BODY_CHARS)));
    }
    let shown = key.mask(&shown);
    let headers = raw
        .headers
        .iter()
        .map(|(name, value)| {
            view! {
                <dt>{key.mask(name)}</dt>
                <dd>{key.mask(value)}</dd>
            }
        })
        .collect_view();
    let body = match size {
        0 => view! { <p class="muted">{t("No body.")}</p> }.into_any(),
        _ => view! { <pre class="code" tabindex="0" aria-label=t("Body")>{shown}</pre> }.into_any(),
    };
    view! {
        <section class="panel" aria-label=t("Response")>
            <div class="bar">
                <h2>{t("Response")}</h2>
                <span class=if is_success { "badge ok" } else { "badge bad" }>
                    <Icon name=if is_success { "check" } else { "cross" } />
                    {raw.status}
                </span>
                <span class="muted">{info}</span>
            </div>
            <details class="disclosure">
                <summary>{tf!("Headers ({count})", count = raw.headers.len())}</summary>
                <dl class="definitions">{headers}</dl>
            </details>
            {body}
        </section>
    }
}
