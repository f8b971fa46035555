//! The lines of a log: only those that are seen are in the document.

use leptos::prelude::{request_animation_frame, window};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, MouseEvent, ResizeObserver};

use super::icon;
use crate::{
    browser,
    dom::{El, IntoView, button, each, el, show},
    format,
    log::{Level, Log},
    reactive::{Memo, RwSignal, effect, keep},
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
    node: RwSignal<Option<HtmlElement>>,
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
            node: RwSignal::new(None),
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

/// The lines, a map of warnings and errors beside them, and the way to the end when it is out of sight. `empty` says
/// why there are none.
pub fn log_view(
    log: RwSignal<Log>,
    place: Place,
    label: &'static str,
    empty: impl Fn() -> &'static str + Copy + 'static,
) -> El {
    let row_height = browser::css_pixels("--log-row", 20);
    let count = Memo::new(move || log.with(Log::rows));
    let rows = Memo::new(move || Rows { count: count.get(), row_height, seen: place.seen.get() });
    let newer = move || log.with(Log::len).saturating_sub(place.read.get());
    let to_end = move || {
        let words = move || format::plural(newer(), "new line");
        button("button primary newer", move || place.go_to_end()).child(icon("end")).child(words)
    };
    keep_to_end(log, place, count);
    el("div")
        .class("log-frame")
        .child(lines(log, place, rows, label))
        .child(map(log, place, rows))
        .child(show(move || count.get() == 0, move || el("div").class("log-empty").child(empty)))
        .child(show(move || newer() > 0 && !place.pinned.get(), to_end))
}

/// New lines: keep to the end, once they are in the document.
fn keep_to_end(log: RwSignal<Log>, place: Place, count: Memo<usize>) {
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
}

fn lines(log: RwSignal<Log>, place: Place, rows: Memo<Rows>, label: &'static str) -> El {
    let window = Memo::new(move || rows.get().window(place.scroll.get()));
    let on_scroll = move |_: Event| {
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
        if let (Some(line), false) = (line, window_has_selection()) {
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
        log.with(|log| {
            // The search is part of the key: a row is drawn anew when what is marked in it changes.
            let searched = u128::from(log.searched().generation()) << 64;
            (window.first..window.last)
                .filter_map(|row| log.line_of(row))
                .map(|line| searched | line as u128)
                .collect()
        })
    };
    let rows_shown = el("div")
        .class("log-rows")
        .style("transform", move || format!("translateY({}px)", window.get().top.round() as i64))
        .child(each(shown, move |key| row(log, place, key as u64 as usize)));
    let space = el("div")
        .class("log-space")
        .style("height", move || format!("{}px", rows.get().height() as i64))
        .child(rows_shown);
    let lines = el("div")
        .class("log")
        .attr("role", "log")
        .attr("tabindex", "0")
        .attr("aria-live", "off")
        .attr("aria-label", label)
        .style("--digits", move || log.with(Log::len).to_string().len().max(3).to_string())
        .on("scroll", on_scroll)
        .on("click", on_click)
        .on("keydown", on_key)
        .child(space);
    place.node.set(Some(lines.get()));
    observe_height(place, lines.get());
    lines
}

fn row(log: RwSignal<Log>, place: Place, line: usize) -> El {
    let app = app();
    log.with_untracked(|log| {
        let Some(view) = log.line(line) else { return el("div") };
        let text = format::one_line(view.message, LONGEST);
        let pieces = log.searched().pieces(&text).into_iter().map(|(found, piece)| match found {
            true => el("mark").child(piece.to_owned()).into_view(),
            false => piece.to_owned().into_view(),
        });
        let (class, shape) = match view.level {
            Level::Information => ("log-line information", "info"),
            Level::Warning => ("log-line warning", "triangle"),
            Level::Error => ("log-line error", "cross"),
            Level::Other => ("log-line unknown", "question"),
        };
        let severity = view.severity.to_string();
        let time = view.time;
        let clock = el("time")
            .attr("title", move || time.map(|at| app.zone().exact(at)))
            .child(move || time.map(|at| app.zone().clock(at)));
        el("div")
            .class(class)
            .class_if("here", move || place.here.get() == Some(line))
            .attr("data-line", line.to_string())
            .attr("data-severity", severity.clone())
            .child(el("span").class("n").child((line + 1).to_string()))
            .child(clock)
            .child(icon(shape))
            .child(el("span").class("unseen").child(severity + " "))
            .child(el("bdi").class("m").child(pieces.collect::<Vec<_>>()))
    })
}

/// Where warnings and errors are in the whole log, and where one is. A press goes there.
fn map(log: RwSignal<Log>, place: Place, rows: Memo<Rows>) -> El {
    let marks = Memo::new(move || log.with(|log| (log.map(PIECES), PIECES.min(log.rows()).max(1))));
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
    let marks = move || {
        marks.with(|(marks, pieces)| {
            let mark = |(piece, level): &(usize, Level)| {
                let top = percent(*piece as f64 / *pieces as f64);
                el("i").class_if("error", *level == Level::Error).style("top", top)
            };
            marks.iter().map(mark).collect::<Vec<_>>()
        })
    };
    // Not for the keyboard: n and p lead to the same places.
    el("div")
        .class("map")
        .attr("aria-hidden", "true")
        .on("click", jump)
        .child(el("span").class("view").style("top", top).style("height", height))
        .child(marks)
}

/// Keeps the height of what is seen up to date as long as the log is there.
fn observe_height(place: Place, node: HtmlElement) {
    let seen = node.clone();
    let changed = Closure::<dyn FnMut()>::new(move || place.seen.try_set(f64::from(node.client_height())));
    if let Ok(watch) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
        // It tells the height at once, too.
        watch.observe(&seen);
        keep(Watch(watch, changed));
    }
}

/// An observer that ends when it is dropped, before the closure that it calls.
struct Watch(
    ResizeObserver,
    #[expect(dead_code, reason = "it is kept for the observer")] Closure<dyn FnMut()>,
);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}

fn window_has_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
