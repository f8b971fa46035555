//! The lines of a log: only those that are seen are in the document.

use super::{effect, press, while_};
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, KeyboardEvent, MouseEvent, ResizeObserver};

use super::icon;
use crate::{
    browser, format,
    log::{Level, Log},
    state::app,
    virtual_rows::Rows,
};

/// The longest part of a message that stands in its row; the whole is in the detail.
const LONGEST: usize = 2_000;
/// Pieces of the map beside the lines.
const PIECES: usize = 200;

/// Where one is in a log. Shared by the lines and what stands above them.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The line one is at, counted from 0.
    pub here: RwSignal<Option<usize>>,
    /// The line whose whole text is shown.
    pub open: RwSignal<Option<usize>>,
    /// Whether the view keeps to the end as lines come.
    pub pinned: RwSignal<bool>,
    /// How many lines there were when it was last at the end: later ones are new.
    pub read: RwSignal<usize>,
    scroll: RwSignal<f64>,
    seen: RwSignal<f64>,
    node: NodeRef<html::Div>,
}

impl Place {
    /// `pinned`: begin at the end, as for a run that goes on.
    pub fn new(pinned: bool) -> Self {
        Self {
            here: RwSignal::new(None),
            open: RwSignal::new(None),
            pinned: RwSignal::new(pinned),
            read: RwSignal::new(0),
            scroll: RwSignal::new(0.0),
            seen: RwSignal::new(0.0),
            node: NodeRef::new(),
        }
    }

    /// Goes to a line, and no further than needed.
    pub fn go(self, log: RwSignal<Log>, line: usize) {
        self.here.set(Some(line));
        if self.pinned.get_untracked() {
            self.read.set(log.with_untracked(Log::len));
        }
        self.pinned.set(false);
        let (rows, row) = log.with_untracked(|log| (self.rows(log.rows()), log.row_of(line)));
        if !rows.is_seen(row, self.scroll.get_untracked()) {
            self.scroll_to(rows.scroll_to(row));
        }
    }

    /// Goes to the end and stays there as lines come.
    pub fn go_to_end(self) {
        self.pinned.set(true);
        if let Some(node) = self.node.get_untracked() {
            self.scroll_to(f64::from(node.scroll_height()));
        }
    }

    fn scroll_to(self, top: f64) {
        if let Some(node) = self.node.get_untracked() {
            node.set_scroll_top(top as i32);
            self.scroll.set(f64::from(node.scroll_top()));
        }
    }

    fn rows(self, count: usize) -> Rows {
        Rows { count, row_height: browser::css_pixels("--log-row", 20), seen: self.seen.get_untracked() }
    }
}

/// The lines, a map of warnings and errors beside them, and the way to the end when it is out of sight.
#[component]
pub fn LogView(
    log: RwSignal<Log>,
    place: Place,
    label: String,
    #[prop(into)] empty: Signal<String>,
) -> impl IntoView {
    let row_height = browser::css_pixels("--log-row", 20);
    let count = Memo::new(move |_| log.with(Log::rows));
    let rows = Memo::new(move |_| Rows { count: count.get(), row_height, seen: place.seen.get() });
    let window = Memo::new(move |_| rows.get().window(place.scroll.get()));
    let height = move || format!("{}px", rows.get().height() as i64);
    let shift = move || format!("translateY({}px)", window.get().top.round() as i64);
    let digits = move || log.with(Log::len).to_string().len().max(3).to_string();

    observe_height(place);
    // New lines: keep to the end, once they are in the document.
    effect(move || {
        count.track();
        place.seen.track();
        if place.pinned.get_untracked() {
            request_animation_frame(move || {
                if place.pinned.try_get_untracked() == Some(true) {
                    place.go_to_end();
                    place.read.set(log.with_untracked(Log::len));
                }
            });
        }
    });
    let on_scroll = move |_| {
        let Some(node) = place.node.get_untracked() else { return };
        let top = f64::from(node.scroll_top());
        let before = place.scroll.get_untracked();
        place.scroll.set(top);
        let at_end = rows.get_untracked().is_at_end(top);
        if at_end {
            place.read.set(log.with_untracked(Log::len));
        }
        // Only scrolling up lets go of the end: lines that come push it away too.
        if at_end || top < before {
            place.pinned.set(at_end);
        }
    };
    let on_click = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let line = target.and_then(|target| target.closest("[data-line]").ok().flatten());
        let line = line.and_then(|line| line.get_attribute("data-line")?.parse::<usize>().ok());
        // Whoever selects text does not want to open a line.
        let selects = window_has_selection();
        if let (Some(line), false) = (line, selects) {
            place.here.set(Some(line));
            place.open.update(|open| *open = if *open == Some(line) { None } else { Some(line) });
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            place.open.set(place.here.get_untracked());
        }
    };
    let shown = move || {
        let window = window.get();
        log.with(|log| (window.first..window.last).filter_map(|row| log.line_of(row)).collect::<Vec<_>>())
    };
    let newer = move || log.with(Log::len).saturating_sub(place.read.get());
    view! {
        <div class="log-frame">
            <div class="log" role="log" tabindex="0" aria-live="off" aria-label=label node_ref=place.node
                style:--digits=digits on:scroll=on_scroll on:click=on_click on:keydown=on_key>
                <div class="log-space" style:height=height>
                    <div class="log-rows" style:transform=shift>
                        // The search is part of the key: a row is drawn anew when what is marked in it changes.
                        <For each=move || {
                                let searched = log.with(|log| log.searched().generation());
                                shown().into_iter().map(|line| (line, searched)).collect::<Vec<_>>()
                            } key=|key| *key let((line, _searched))>
                            {row(log, place, line)}
                        </For>
                    </div>
                </div>
            </div>
            <Map log place rows />
            {while_(move || count.get() == 0, move || view! {
                <div class="log-empty">{move || empty.get()}</div>
            }.into_any())}
            {while_(move || { newer() > 0 && !place.pinned.get() }, move || view! {
                <button type="button" class="button primary newer" on:click=press(move || place.go_to_end())>
                    {icon("end")}
                    {move || format!("{} new {}", format::count(newer()), if newer() == 1 { "line" } else { "lines" })}
                </button>
            }.into_any())}
        </div>
    }
}

fn row(log: RwSignal<Log>, place: Place, line: usize) -> impl IntoView {
    let app = app();
    log.with_untracked(|log| {
        let view = log.line(line)?;
        let text = format::one_line(view.message, LONGEST);
        let message = log
            .searched()
            .pieces(&text)
            .into_iter()
            .map(|(found, piece)| match found {
                true => view! { <mark>{piece.to_owned()}</mark> }.into_any(),
                false => piece.to_owned().into_any(),
            })
            .collect_view();
        let (class, shape) = match view.level {
            Level::Information => ("log-line information", "info"),
            Level::Warning => ("log-line warning", "triangle"),
            Level::Error => ("log-line error", "cross"),
            Level::Other => ("log-line unknown", "question"),
        };
        let severity = view.severity.to_string();
        let time = view.time;
        Some(
            view! {
                <div class=class class:here=move || place.here.get() == Some(line) data-line=line data-severity=severity>
                    <span class="n">{line + 1}</span>
                    <time title=move || time.map(|at| app.zone().exact(at))>
                        {move || time.map(|at| app.zone().clock(at))}
                    </time>
                    {icon(shape)}
                    <span class="unseen">{severity.clone()} " "</span>
                    <bdi class="m">{message}</bdi>
                </div>
            }
            .into_any(),
        )
    })
}

/// Where warnings and errors are in the whole log, and where one is. A press goes there.
#[component]
fn Map(log: RwSignal<Log>, place: Place, rows: Memo<Rows>) -> impl IntoView {
    let marks = Memo::new(move |_| log.with(|log| (log.map(PIECES), PIECES.min(log.rows()).max(1))));
    // In thousandths by whole numbers: writing a float would bring kilobytes along.
    let percent = |part: f64| {
        let thousandths = (part * 1000.0) as i64;
        format!("{}.{}%", thousandths / 10, thousandths % 10)
    };
    let top = move || percent(place.scroll.get() / rows.get().height().max(1.0));
    let height = move || percent((rows.get().seen / rows.get().height().max(1.0)).min(1.0));
    let jump = move |event: MouseEvent| {
        let Some(map) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        let area = map.get_bounding_client_rect();
        let part = (f64::from(event.client_y()) - area.top()) / area.height().max(1.0);
        let rows = rows.get_untracked();
        place.pinned.set(false);
        place.scroll_to(part * rows.height() - rows.seen / 2.0);
    };
    view! {
        // Not for the keyboard: n and p lead to the same places.
        <div class="map" aria-hidden="true" on:click=jump>
            <span class="view" style:top=top style:height=height></span>
            {move || {
                let (marks, pieces) = marks.get();
                marks.into_iter().map(|(piece, level)| view! {
                    <i class:error=level == Level::Error style:top=percent(piece as f64 / pieces as f64)></i>
                }).collect_view()
            }}
        </div>
    }
}

/// Keeps the height of what is seen up to date as long as the log is there.
fn observe_height(place: Place) {
    let observer = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn FnMut()>)>);
    effect(move || {
        let Some(node) = place.node.get() else { return };
        place.seen.set(f64::from(node.client_height()));
        let changed = Closure::<dyn FnMut()>::new({
            let node = node.clone();
            move || {
                place.seen.try_set(f64::from(node.client_height()));
            }
        });
        if let Ok(watch) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
            watch.observe(&node);
            observer.set_value(Some((watch, changed)));
        }
    });
    on_cleanup(move || {
        observer.update_value(|observer| {
            if let Some((observer, _)) = observer.take() {
                observer.disconnect();
            }
        });
    });
}

fn window_has_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
