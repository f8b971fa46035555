//! The menu that copies and downloads log lines.

use std::time::Duration;

use leptos::{ev, html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDetailsElement, HtmlElement, Node};

use super::view_state::LogViewState;
use crate::{
    components::{Icon, Show},
    log::{
        LineRange, Log,
        export::{ExportFormat, LineSelection},
    },
    model::route::Route,
    state::Ui,
    text::{t, tf, tn},
    utils::{clipboard, download::download, effects::on_window_event, time},
};

/// Maximum size of a copied text in bytes.
const MAX_COPIED: usize = 8 << 20;
/// Maximum time of writing before control returns to the browser, in milliseconds.
const MAX_WRITE_MILLIS: f64 = 24.0;
/// Number of lines written in one batch.
const BATCH_SIZE: usize = 500;

/// Renders the menu.
#[component]
pub(super) fn ExportMenu() -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let menu = NodeRef::<html::Details>::new();
    let status = RwSignal::new("");
    let close = move || {
        if let Some(menu) = menu.get_untracked().filter(HtmlDetailsElement::open) {
            menu.set_open(false);
            status.set("");
        }
    };
    on_window_event(ev::click, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        if menu.get_untracked().is_some_and(|menu| !menu.contains(target.as_ref())) {
            close();
        }
    });
    let summary = NodeRef::<html::Summary>::new();
    let handle_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close();
            if let Some(summary) = summary.get_untracked() {
                let _ = summary.unchecked_ref::<HtmlElement>().focus();
            }
        }
    };
    let all = Signal::derive(move || state.log.with(Log::len));
    let shown = Memo::new(move |_| state.log.with(|log| if log.is_filtered() { log.rows() } else { 0 }));
    let selected = Memo::new(move |_| state.selection().map_or(0, LineRange::len));
    view! {
        <details class="menu" node_ref=menu on:keydown=handle_key>
            <summary
                node_ref=summary
                class="button square"
                aria-label=t("Copy or download lines")
                title=t("Copy or download lines")
            >
                <Icon name="down-to" />
            </summary>
            <div class="menu-panel">
                <ExportGroup selection=LineSelection::All count=all status />
                <Show when=move || { shown.get() > 0 }>
                    <ExportGroup selection=LineSelection::Shown count=shown status />
                </Show>
                <Show when=move || { selected.get() > 0 }>
                    <ExportGroup selection=LineSelection::Selected count=selected status />
                </Show>
                <p class="muted" role="status">
                    {status}
                </p>
            </div>
        </details>
    }
}

/// Renders the buttons that export all, the shown or the selected lines.
#[component]
fn ExportGroup(
    selection: LineSelection,
    #[prop(into)] count: Signal<usize>,
    status: RwSignal<&'static str>,
) -> impl IntoView {
    let state = expect_context::<LogViewState>();
    let ui = expect_context::<Ui>();
    let name = selection.label();
    let download_as = move |format: ExportFormat| {
        let name = format!("log-{}.{}", short_run_id(&ui.route.get_untracked()), format.extension());
        spawn_local(download_lines(state, selection, format, name, status));
    };
    let download_button = move |format: ExportFormat| {
        view! {
            <button
                type="button"
                class="button"
                aria-label=tf!("{lines}: download as {format}", lines = name, format = format.label())
                on:click=move |_| download_as(format)
            >
                {format.label()}
            </button>
        }
    };
    view! {
        <div role="group" aria-label=name>
            <h2>{move || format!("{name}: {}", tn!("{n} line", "{n} lines", count.get()))}</h2>
            <div class="bar">
                {ExportFormat::ALL.map(download_button).collect_view()}
                <button
                    type="button"
                    class="button"
                    aria-label=tf!("{lines}: copy", lines = name)
                    on:click=move |_| spawn_local(copy_lines(state, selection, status))
                >
                    <Icon name="copy" />
                    {t("Copy")}
                </button>
            </div>
        </div>
    }
}

/// Writes lines in batches, so that the page stays responsive. `handle_part` is called after each batch and returns
/// whether to continue. Returns false if it stopped or the screen was removed in the meantime.
async fn write_lines(
    state: LogViewState,
    selection: LineSelection,
    format: ExportFormat,
    mut handle_part: impl FnMut(&mut String) -> bool,
) -> bool {
    let range = untrack(move || state.selection());
    let mut part = format.header().to_owned();
    let (mut position, mut slice_start) = (0, time::uptime_millis());
    loop {
        let batch = state.log.try_with_untracked(|log| {
            let batch = log.lines_to_export(selection, range, position, BATCH_SIZE);
            for (at, line) in batch.iter().enumerate() {
                if let Some(view) = log.line(*line) {
                    format.write_line(&mut part, *line, &view, position + at == 0);
                }
            }
            batch.len()
        });
        let Some(count) = batch else { return false };
        if count == 0 {
            part.push_str(format.footer());
            return handle_part(&mut part);
        }
        position += count;
        if !handle_part(&mut part) {
            return false;
        }
        if time::uptime_millis() - slice_start > MAX_WRITE_MILLIS {
            time::sleep(Duration::ZERO).await;
            slice_start = time::uptime_millis();
        }
    }
}

async fn copy_lines(state: LogViewState, selection: LineSelection, status: RwSignal<&'static str>) {
    status.set("");
    let mut text = String::new();
    let keep_text = |part: &mut String| {
        text.push_str(part);
        part.clear();
        text.len() <= MAX_COPIED
    };
    let is_complete = write_lines(state, selection, ExportFormat::Text, keep_text).await;
    status.try_set(if !is_complete {
        t("Too long to copy. Download it instead.")
    } else if clipboard::copy(&text).await {
        t("Copied.")
    } else {
        t("The browser refused to copy. Download it instead.")
    });
}

async fn download_lines(
    state: LogViewState,
    selection: LineSelection,
    format: ExportFormat,
    name: String,
    status: RwSignal<&'static str>,
) {
    status.set(t("Writing the file…"));
    let parts = js_sys::Array::new();
    let keep_part = |part: &mut String| {
        parts.push(&part.as_str().into());
        part.clear();
        true
    };
    if write_lines(state, selection, format, keep_part).await {
        download(&name, &parts);
        status.try_set(t("Downloaded."));
    }
}

/// Returns a short id of the run for the name of a file.
fn short_run_id(route: &Route) -> String {
    match route {
        Route::Run { run, .. } => run.to_string().chars().take(8).collect(),
        _ => "lines".to_owned(),
    }
}
