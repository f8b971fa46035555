//! The controls of the timeline.

use leptos::prelude::*;

use crate::{
    components::Icon,
    model::{
        overview::{Span, TimelineOptions},
        route::Route,
    },
    state::{Clock, Ui},
    text::{t, tf},
};

/// Renders the time range, zoom, and the filter by name. All of it is in the URL.
#[component]
pub fn TimelineToolbar(options: Memo<TimelineOptions>) -> impl IntoView {
    let (ui, clock) = (expect_context::<Ui>(), expect_context::<Clock>());
    let apply = move |options: TimelineOptions| ui.replace_route(Route::Timeline(options));
    let now = move || clock.now.get_untracked();
    let span = move || options.with(|options| options.span);
    let zoom = move |span: Option<Span>| {
        if let Some(span) = span {
            apply(options.with_untracked(|options| options.with_span(span, now())));
        }
    };
    let choice = move |label: &'static str, choice: Span| {
        view! {
            <button
                type="button"
                class="button"
                aria-pressed=move || (span() == choice).to_string()
                on:click=move |_| apply(TimelineOptions { span: choice, end: None, ..options.get_untracked() })
            >
                {label}
            </button>
        }
    };
    let shown = move || {
        let window = options.with(|options| options.window(clock.now.get()));
        let at = |millis| txjobs_sdk::Timestamp::from_unix_millis(millis);
        let zone = clock.zone();
        let day = |millis| format!("{} {}", zone.weekday_and_date(at(millis)), zone.minutes(at(millis)));
        match options.with(|options| options.end) {
            None => tf!("{start} to now", start = day(window.start)),
            Some(_) => tf!("{start} to {end}", start = day(window.start), end = day(window.end)),
        }
    };
    view! {
        <div class="bar filters" role="group" aria-label=t("Time")>
            {choice(t("24 hours"), Span::DAY)} {choice(t("7 days"), Span::WEEK)}
            <button
                type="button"
                class="icon-button"
                aria-label=t("Earlier")
                title=t("Earlier")
                on:click=move |_| apply(options.with_untracked(|options| options.moved(-1, now())))
            >
                <Icon name="left" />
            </button>
            <button
                type="button"
                class="icon-button"
                aria-label=t("Later")
                title=t("Later")
                prop:disabled=move || options.with(|options| options.end.is_none())
                on:click=move |_| apply(options.with_untracked(|options| options.moved(1, now())))
            >
                <Icon name="right" />
            </button>
            <button
                type="button"
                class="icon-button"
                aria-label=t("Zoom in")
                title=t("Zoom in")
                prop:disabled=move || span().shorter().is_none()
                on:click=move |_| zoom(span().shorter())
            >
                <Icon name="plus" />
            </button>
            <button
                type="button"
                class="icon-button"
                aria-label=t("Zoom out")
                title=t("Zoom out")
                prop:disabled=move || span().longer().is_none()
                on:click=move |_| zoom(span().longer())
            >
                <Icon name="minus" />
            </button>
            <span class="muted" role="status">{move || shown()}</span>
            <span class="spacer"></span>
            <input
                type="search"
                class="field"
                aria-label=t("Filter by job name")
                placeholder=t("Filter by job name…")
                prop:value=move || options.with(|options| options.name.clone())
                on:input:target=move |event| {
                    apply(TimelineOptions { name: event.target().value(), ..options.get_untracked() });
                }
            />
        </div>
    }
}
