//! One row of a log.

use leptos::{either::Either, prelude::*};
use web_sys::{Element, HtmlElement};

use super::view_state::LogViewState;
use crate::{
    components::Icon,
    log::{self, Level, LineView, Log, MAX_LINE_CHARS},
    model::{format, state_names},
    state::Clock,
};

/// Renders the row of a line with at most [`MAX_LINE_CHARS`] characters of its message.
#[component]
pub(super) fn LogRow(line: usize) -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let clock = expect_context::<Clock>();
    state.log.with_untracked(|log| {
        let view = log.line(line)?;
        let LineView { severity, level, time, .. } = view;
        let (class, icon) = match level {
            Level::Information => ("log-line information", "info"),
            Level::Warning => ("log-line warning", "triangle"),
            Level::Error => ("log-line error", "cross"),
            Level::Other => ("log-line unknown", "question"),
        };
        let height = (log.columns() > 0)
            .then(|| format!("{}px", log::height(view.message, log.columns()) as f64 * state.row_height));
        let time_cell = move || {
            let zone = clock.zone();
            view! { <time title=time.map(|at| zone.exact(at))>{time.map(|at| zone.clock(at))}</time> }
        };
        // At the end of the row, so that the columns stay the same.
        let day = move || {
            let zone = clock.zone();
            let day = state.log.with_untracked(|log| log.day_start(line, zone))?;
            Some(view! { <span class="day"><span>{zone.weekday_and_date(day)}</span></span> })
        };
        Some(view! {
            <div
                class=class
                class:current=move || state.current.get() == Some(line)
                class:selected=move || state.selection().is_some_and(|range| range.contains(line))
                style:height=height
                data-line=line
                data-severity=severity.to_string()
            >
                <span class="line-number">{line + 1}</span>
                {move || time_cell()}
                <Icon name=icon />
                <span class="visually-hidden">{format!("{} ", state_names::severity(view.severity))}</span>
                <bdi class="message">{message(log, &view)}</bdi>
                {move || day()}
            </div>
        })
    })
}

/// Renders the first characters of a message with its matches marked.
fn message(log: &Log, view: &LineView<'_>) -> impl IntoView + use<> {
    let (text, is_cut) = format::first_chars(view.message, MAX_LINE_CHARS);
    let segments = log.search_state().segments(text).into_iter();
    let render = |(is_match, text): (bool, &str)| match is_match {
        true => Either::Left(view! { <mark>{format::joined_lines(text)}</mark> }),
        false => Either::Right(format::joined_lines(text)),
    };
    (segments.map(render).collect_view(), is_cut.then_some("…"))
}

/// Renders an invisible row for measuring the position of messages and the width of a character.
#[component]
pub(super) fn SampleRow() -> impl IntoView {
    view! {
        <div class="log-line sample" aria-hidden="true">
            <span class="line-number"></span>
            <time></time>
            <Icon name="info" />
            <bdi class="message">{"0".repeat(SAMPLE_CHARS)}</bdi>
        </div>
    }
}

/// Number of characters in the sample row.
const SAMPLE_CHARS: usize = 100;

/// Returns how many characters fit in a row of the log, measured with its sample row.
pub(super) fn measure_columns(log: &HtmlElement) -> Option<usize> {
    let find = |selector: &str| log.query_selector(selector).ok().flatten();
    let bounds = |element: Element| element.get_bounding_client_rect();
    let (row, message) = (bounds(find(".sample")?), bounds(find(".sample > .message")?));
    let available = f64::from(log.client_width()) - (message.left() - row.left()) - 16.0;
    let char_width = message.width() / SAMPLE_CHARS as f64;
    (char_width > 0.0).then(|| ((available / char_width) as usize).max(8))
}
