//! A row of the timeline.

use leptos::prelude::*;
use txjobs_sdk::types::JobId;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::{Row, percent};
use crate::{
    components::{Icon, outcome_shape},
    model::{format, overview::Bar, route::Route},
    state::{Clock, Jobs},
};

/// Renders the runs of a job. Each run is a link, and its text is shown when it has the pointer or the focus.
#[component]
pub fn Lane(job: JobId, rows: Memo<Vec<Row>>) -> impl IntoView {
    let jobs = expect_context::<Jobs>();
    let name = Memo::new(move |_| jobs.name(job).unwrap_or_else(|| job.to_string()));
    let bars = Memo::new(move |_| {
        let find =
            |rows: &Vec<Row>| rows.iter().find(|(other, _)| *other == job).map(|(_, bars)| bars.clone());
        rows.with(find).unwrap_or_default()
    });
    let keys = move || bars.with(|bars| bars.iter().map(|bar| bar.run.execution).collect::<Vec<_>>());
    view! {
        <tr>
            <th scope="row">
                <a href=Route::Job(job).to_string()>
                    <bdi>{name}</bdi>
                </a>
            </th>
            <td>
                <ol>
                    <For each=keys key=|execution| *execution let:execution>
                        {
                            let find = move |bars: &Vec<Bar>| {
                                bars.iter().find(|bar| bar.run.execution == execution).copied()
                            };
                            let bar = Memo::new(move |last: Option<&Option<Bar>>| {
                                bars.with(find).or(last.copied().flatten())
                            });
                            move || bar.get().map(|_| view! { <RunBar job name bar /> })
                        }
                    </For>
                </ol>
            </td>
        </tr>
    }
}

/// Renders a run as a bar. Its color and icon show the outcome.
#[component]
fn RunBar(job: JobId, name: Memo<String>, bar: Memo<Option<Bar>>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let run = move || bar.get().map(|bar| bar.run);
    let shape = move || outcome_shape(run().map_or(txjobs_sdk::ExecutionState::None, |run| run.state));
    let link = move || run().map(|run| Route::Run { job, run: run.url_id() }.to_string());
    let left = move || percent(bar.get().map_or(0.0, |bar| bar.left));
    let width = move || percent(bar.get().map_or(0.0, |bar| bar.width));
    let is_right = move || bar.get().is_some_and(|bar| bar.left > 0.5);
    let text = move || {
        let Some(run) = run() else { return String::new() };
        let started = run.created.map(|at| format!(", started {}", clock.format(at))).unwrap_or_default();
        let took = run.duration(clock.timestamp()).map(format::duration);
        let took = match (took, run.state.is_final()) {
            (Some(took), true) => format!(", took {took}"),
            (Some(took), false) => format!(", for {took}"),
            (None, _) => String::new(),
        };
        format!("{}{started}{took}", run.state)
    };
    view! {
        <li style:left=left style:width=width>
            <a class=move || format!("run-bar {}", shape().color) href=link>
                <Icon name=Signal::derive(move || shape().icon) />
                <span class="run-tip" class:right=is_right>
                    <bdi>{name}</bdi>
                    " "
                    <span>{text}</span>
                </span>
            </a>
        </li>
    }
}

/// Moves the focus between runs: left and right in a row, up and down to the first run of the next row.
pub fn move_focus(event: KeyboardEvent) {
    let Some(current) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let item = current.closest("li").ok().flatten();
    let row = current.closest("tr").ok().flatten();
    let (item, row) = match (event.key().as_str(), item, row) {
        ("ArrowLeft", Some(item), _) => (item.previous_element_sibling(), None),
        ("ArrowRight", Some(item), _) => (item.next_element_sibling(), None),
        ("ArrowUp", _, Some(row)) => (None, row.previous_element_sibling()),
        ("ArrowDown", _, Some(row)) => (None, row.next_element_sibling()),
        _ => return,
    };
    let target = item.and_then(|item| item.query_selector("a").ok().flatten());
    let target = target.or_else(|| row.and_then(|row| row.query_selector("li a").ok().flatten()));
    if let Some(link) = target.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        event.prevent_default();
        let _ = link.focus();
    }
}
