//! The panel below a log: the full text of one line, or the actions for several selected lines.

use leptos::{either::Either, ev, html, prelude::*};

use super::view_state::LogViewState;
use crate::{
    components::{For, Icon, Show},
    log::{LineRange, Log},
    model::{format, state_names},
    state::{Clock, Ui},
    text,
    text::{t, tf, tn},
    utils::{address, effects::on_window_event, focus::is_typing},
};

/// Number of bytes of a long line that are rendered in one element.
const PART_SIZE: usize = 20_000;

/// Renders the open line or the selected lines.
#[component]
pub fn LogDetail() -> impl IntoView {
    let state = expect_context::<LogViewState>();
    on_window_event(ev::keydown, move |event| {
        if event.key() == "Escape" && !is_typing(&event) {
            state.close_detail();
        }
    });
    // The version, because a search marks matches in the open line.
    let shown = Memo::new(move |_| (state.selection(), state.open_line.get(), state.log.with(Log::version)));
    move || match shown.get() {
        (Some(range), ..) => view! { <SelectedLines range /> }.into_any(),
        (None, Some(line), _) => view! { <OpenLine line /> }.into_any(),
        (None, None, _) => ().into_any(),
    }
}

/// Renders the actions for several selected lines.
#[component]
fn SelectedLines(range: LineRange) -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let title = tf!(
        "Lines {first} to {last}",
        first = text::count(range.first + 1),
        last = text::count(range.last + 1)
    );
    let text = move || state.log.with_untracked(|log| log.text_of(range));
    view! {
        <section class="log-detail" aria-label=t("Lines")>
            <DetailHeader title info=tn!("{n} line", "{n} lines", range.len()) text />
        </section>
    }
}

/// Renders the full text of a line. A long text is shown in parts. If the row of the line does not show its match, the
/// parts up to the match are shown and scrolled into view.
#[component]
fn OpenLine(line: usize) -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let clock = expect_context::<Clock>();
    // Untracked, because a line never changes and appended lines must not render it again.
    state.log.with_untracked(|log| {
        let view = log.line(line)?;
        let (time, severity, total) = (view.time, state_names::severity(view.severity), view.message.len());
        let info = Signal::derive(move || match time {
            Some(at) => format!("{severity} · {}", clock.zone().exact(at)),
            None => severity.clone(),
        });
        let text = move || {
            state.log.with_untracked(|log| {
                log.line(line).map_or(String::new(), |view| format::block(view.message))
            })
        };
        let parts: Vec<_> = parts(view.message).collect();
        let hidden_match =
            log.search_state().first_match(view.message).filter(|_| !log.is_match_in_row(line));
        let shown = RwSignal::new(hidden_match.unwrap_or(0) + PART_SIZE);
        let shown_parts = move || {
            let count = parts.partition_point(|(start, _)| *start < shown.get());
            parts[..count].to_vec()
        };
        let pre = NodeRef::<html::Pre>::new();
        if hidden_match.is_some() {
            scroll_to_mark(pre);
        }
        Some(view! {
            <section class="log-detail" aria-label=t("Line")>
                <DetailHeader title=tf!("Line {number}", number = text::count(line + 1)) info text />
                <pre node_ref=pre>
                    <For each=shown_parts key=|part| *part let:((start, end))>
                        <span>{part(state, line, start, end)}</span>
                    </For>
                </pre>
                <Show when=move || shown.get() < total>
                    // Each click doubles the shown text, so a few clicks show all of it.
                    <button type="button" class="button" on:click=move |_| shown.update(|shown| *shown *= 2)>
                        {move || {
                            let (shown, total) = (shown.get() / 1000, total / 1000);
                            tf!("Show more: {shown} of {total} kB", shown = shown, total = total)
                        }}
                    </button>
                </Show>
            </section>
        })
    })
}

/// Renders a part of a message with its matches marked.
fn part(state: LogViewState, line: usize, start: usize, end: usize) -> impl IntoView {
    state.log.with_untracked(|log| {
        let part = log.line(line).map_or("", |view| &view.message[start..end]);
        let segments = log.search_state().segments(part.strip_suffix('\n').unwrap_or(part)).into_iter();
        let render = |(is_match, text): (bool, &str)| match is_match {
            true => Either::Left(view! { <mark>{format::block(text)}</mark> }),
            false => Either::Right(format::block(text)),
        };
        segments.map(render).collect_view()
    })
}

/// Scrolls to the first match when the panel is rendered.
fn scroll_to_mark(pre: NodeRef<html::Pre>) {
    request_animation_frame(move || {
        let pre = pre.try_get_untracked().flatten();
        if let Some(mark) = pre.and_then(|pre| pre.query_selector("mark").ok().flatten()) {
            mark.scroll_into_view_with_bool(false);
        }
    });
}

/// Divides a message into parts that a browser lays out quickly in separate elements. The elements are blocks, so each
/// part ends at a line end if possible. Returns the byte ranges of the parts.
fn parts(message: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= message.len() {
            return None;
        }
        let mut end = message.ceil_char_boundary(start + PART_SIZE);
        if end < message.len()
            && let Some(line_end) = message[start..end].rfind('\n')
        {
            end = start + line_end + 1;
        }
        let part = (start, end);
        start = end;
        Some(part)
    })
}

/// Renders the heading of the panel and its buttons. `text` returns what *Copy* copies.
#[component]
fn DetailHeader(
    title: String,
    #[prop(into)] info: Signal<String>,
    text: impl Fn() -> String + 'static,
) -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let ui = expect_context::<Ui>();
    let copy_label = move || match state.copy_result.get() {
        None => t("Copy"),
        Some(true) => t("Copied"),
        Some(false) => t("Select the text and copy it"),
    };
    // The selection as it is in the address, too.
    let copy_link = move |_| {
        let range = untrack(move || state.current_range()).map(|range| range.to_string());
        let (page, route) = (address::page_url(), ui.route.get_untracked());
        state.copy(format!("{page}{route}?line={}", range.unwrap_or_default()));
    };
    view! {
        <div class="bar">
            <h2>{title}</h2>
            <span class="muted">{info}</span>
            <span class="spacer"></span>
            <button type="button" class="button" on:click=move |_| state.copy(text())>
                <Icon name="copy" />
                <span role="status">{move || copy_label()}</span>
            </button>
            <button type="button" class="button" on:click=copy_link>
                {t("Copy link")}
            </button>
            <button
                type="button"
                class="icon-button"
                aria-label=t("Close")
                title=t("Close (Escape)")
                on:click=move |_| state.close_detail()
            >
                <Icon name="cross" />
            </button>
        </div>
    }
}
