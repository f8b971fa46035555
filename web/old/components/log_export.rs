//! The menu that copies and downloads log lines.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent, Node};

use super::{icon::icon, log_view_state::LogViewState};
use crate::{
    closure::Compute,
    dom::{El, button, el, on_window, show},
    log::{LineRange, Log, export::ExportFormat},
    model::{format, route::Route},
    reactive::RwSignal,
    state::app,
    utils::browser,
};

/// Maximum size of a copied text in bytes.
const MAX_COPIED: usize = 8 << 20;
/// Size of the parts of a file in bytes.
const PART_SIZE: usize = 1 << 20;

/// Maximum time of writing before control returns to the browser, in milliseconds.
const MAX_WRITE_MILLIS: f64 = 24.0;
/// Number of lines written in one batch.
const BATCH_SIZE: usize = 500;

/// The lines to export.
#[derive(Clone, Copy, PartialEq)]
enum LineSelection {
    All,
    Shown,
    Selected,
}

/// Renders the menu.
pub(super) fn log_export(log: RwSignal<Log>, view_state: LogViewState) -> El {
    let status = RwSignal::new("");
    let name = "Copy or download lines";
    let summary = el("summary").class("button square").attr("aria-label", name).attr("title", name);
    let shown = move || log.with(|log| if log.is_filtered() { log.rows() } else { 0 });
    let selected = move || view_state.selection().map_or(0, LineRange::len);
    let group_of = move |selection: LineSelection, count: Box<dyn Compute<usize>>| {
        group(log, view_state, selection, count, status)
    };
    let content = el("div")
        .class("menu-panel")
        .child(group_of(LineSelection::All, Box::new(move || log.with(Log::len))))
        .child(show(move || shown() > 0, move || group_of(LineSelection::Shown, Box::new(shown))))
        .child(show(move || selected() > 0, move || group_of(LineSelection::Selected, Box::new(selected))))
        .child(el("p").class("muted").attr("role", "status").child(move || status.get()));
    let menu = el("details").class("menu").child(summary.child(icon("down-to"))).child(content);
    let node: Element = menu.get();
    let close = move |is_within: bool| {
        if !is_within && node.has_attribute("open") {
            let _ = node.remove_attribute("open");
            status.set("");
        }
    };
    let (menu_node, close_outside) = (menu.get::<Node>(), close.clone());
    on_window("click", move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        close_outside(menu_node.contains(target.as_ref()));
    });
    menu.on("keydown", move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close(false);
            browser::focus_within(&event, "summary");
        }
    })
}

fn group(
    log: RwSignal<Log>,
    view_state: LogViewState,
    selection: LineSelection,
    count: Box<dyn Compute<usize>>,
    status: RwSignal<&'static str>,
) -> El {
    let name = match selection {
        LineSelection::All => "All",
        LineSelection::Shown => "Shown",
        LineSelection::Selected => "Selected",
    };
    let download = move |format: ExportFormat| {
        let on_click = move || browser::spawn(export(log, view_state, selection, Some(format), status));
        button("button", on_click)
            .attr("aria-label", format!("{name}: download as {}", format.label()))
            .child(format.label())
    };
    let copy = button("button", move || browser::spawn(export(log, view_state, selection, None, status)));
    let copy = copy.attr("aria-label", format!("{name}: copy"));
    el("div")
        .attr("role", "group")
        .attr("aria-label", name)
        .child(el("h2").child(move || format!("{name}: {}", format::plural(count.compute(), "line"))))
        .child(
            el("div")
                .class("bar")
                .child(ExportFormat::ALL.map(download))
                .child(copy.child(icon("copy")).child("Copy")),
        )
}

/// Returns the next batch of lines to export, and the position after it.
fn next_batch(
    log: &Log,
    selection: LineSelection,
    range: Option<LineRange>,
    from: usize,
) -> (Vec<usize>, usize) {
    let end = match selection {
        LineSelection::All => log.len(),
        LineSelection::Shown => log.rows(),
        LineSelection::Selected => range.map_or(0, |range| range.last + 1),
    };
    let from = if selection == LineSelection::Selected {
        range.map_or(0, |range| range.first.max(from))
    } else {
        from
    };
    let to = (from + BATCH_SIZE).min(end);
    let line = |at: usize| if selection == LineSelection::Shown { log.line_of(at) } else { Some(at) };
    ((from..to).filter_map(line).collect(), to)
}

/// Writes lines in batches, so that the page stays responsive, and then copies or downloads them.
async fn export(
    log: RwSignal<Log>,
    view_state: LogViewState,
    selection: LineSelection,
    format: Option<ExportFormat>,
    status: RwSignal<&'static str>,
) {
    let is_copy = format.is_none();
    let format = format.unwrap_or(ExportFormat::Text);
    status.set(if is_copy { "" } else { "Writing the file…" });
    let range = view_state.selection_anchor.get_untracked().zip(view_state.current.get_untracked());
    let range = range.map(|(one, other)| LineRange::between(one, other));
    let parts = js_sys::Array::new();
    let mut part = format.header().to_owned();
    let (mut from, mut is_first, mut slice_start) = (0, true, browser::uptime_millis());
    loop {
        let more = log.try_with_untracked(|log| {
            let (lines, to) = next_batch(log, selection, range, from);
            for line in &lines {
                if let Some(view) = log.line(*line) {
                    format.write_line(&mut part, *line, &view, is_first);
                    is_first = false;
                }
            }
            from = to;
            !lines.is_empty()
        });
        // The screen was removed in the meantime.
        let Some(more) = more else { return };
        if is_copy && part.len() > MAX_COPIED {
            status.try_set("Too long to copy. Download it instead.");
            return;
        }
        if !more {
            break;
        }
        if !is_copy && part.len() > PART_SIZE {
            parts.push(&part.as_str().into());
            part.clear();
        }
        if browser::uptime_millis() - slice_start > MAX_WRITE_MILLIS {
            browser::sleep(0).await;
            slice_start = browser::uptime_millis();
        }
    }
    if is_copy {
        let has_copied = browser::copy(&part).await;
        status.try_set(if has_copied {
            "Copied."
        } else {
            "The browser refused to copy. Download it instead."
        });
        return;
    }
    part.push_str(format.footer());
    parts.push(&part.as_str().into());
    browser::download(&format!("log-{}.{}", short_run_id(), format.extension()), &parts);
    status.try_set("Downloaded.");
}

/// Returns a short id of the run for the file name.
fn short_run_id() -> String {
    match app().route.get_untracked() {
        Route::Run { run, .. } => run.to_string().chars().take(8).collect(),
        _ => "lines".to_owned(),
    }
}
