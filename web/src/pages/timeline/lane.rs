//! A row of the timeline.

use leptos::prelude::*;
use txjobs_sdk::{ExecutionState, types::JobId};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::row::Row;
use crate::{
    components::{For, Icon, outcome_shape},
    model::{
        format,
        history::RunSummary,
        overview::{Group, TimelineOptions, group},
        route::Route,
        schedule, state_names,
    },
    state::{Clock, Jobs},
    text,
    text::{tf, tn},
    utils::css::percent,
};

/// Minimum width of a bar in pixels, the minimum size of a target.
const MIN_BAR_WIDTH: f64 = 24.0;
/// Minimum width of a bar for several runs in pixels, for the icon and a number of two digits.
const MIN_GROUP_WIDTH: f64 = 40.0;

/// Renders the runs of a job. Each run, or group of runs that are too close, is a link. Its text is shown when it has the
/// pointer or the focus. `lane_width` is in pixels.
#[component]
pub fn Lane(
    job: JobId,
    rows: Memo<Vec<Row>>,
    lane_width: Memo<f64>,
    options: Memo<TimelineOptions>,
) -> impl IntoView {
    let (jobs, clock) = (expect_context::<Jobs>(), expect_context::<Clock>());
    let name = Memo::new(move |_| jobs.name(job).unwrap_or_else(|| job.to_string()));
    let groups = Memo::new(move |_| {
        let lane_width = lane_width.get().max(MIN_GROUP_WIDTH);
        rows.with(|rows| {
            let bars = rows.iter().find(|(other, _)| *other == job).map(|(_, bars)| bars.as_slice());
            group(bars.unwrap_or_default(), MIN_BAR_WIDTH / lane_width, MIN_GROUP_WIDTH / lane_width)
        })
    });
    // A bar keeps its element, and with it the focus, while its first run stays the same.
    let keys =
        move || groups.with(|groups| groups.iter().map(|group| group.runs[0].execution).collect::<Vec<_>>());
    let due = Memo::new(move |_| jobs.schedule(job).and_then(|schedule| schedule.due_time()));
    let next_run = move || {
        due.get().map(|due| {
            let time = clock.format_due(due);
            let text = match schedule::has_passed(due, clock.now.get()) {
                true => time,
                false => tf!("next {time}", time = time),
            };
            view! { <span class="next-run muted">{text}</span> }
        })
    };
    view! {
        <tr>
            <th scope="row">
                <a href=Route::Job(job).to_string()>
                    <bdi>{name}</bdi>
                </a>
                {move || next_run()}
            </th>
            <td>
                <ol>
                    <For each=keys key=|execution| *execution let:execution>
                        {
                            let group = Memo::new(move |last: Option<&Option<Group>>| {
                                let find = |groups: &Vec<Group>| {
                                    groups.iter().find(|group| group.runs[0].execution == execution).cloned()
                                };
                                groups.with(find).or_else(|| last.cloned().flatten())
                            });
                            view! { <RunBar job name group options /> }
                        }
                    </For>
                </ol>
            </td>
        </tr>
    }
}

/// Renders a run, or several, as a bar. Its color and icon show the worst outcome.
#[component]
fn RunBar(
    job: JobId,
    name: Memo<String>,
    group: Memo<Option<Group>>,
    options: Memo<TimelineOptions>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let with = move |value: fn(&Group) -> f64| group.with(|group| group.as_ref().map_or(0.0, value));
    let shape = move || {
        let state = group.with(|group| group.as_ref().map(Group::worst_state));
        outcome_shape(state.unwrap_or(ExecutionState::None))
    };
    let link = move || {
        group.with(|group| {
            let group = group.as_ref()?;
            let run_link = |run: &RunSummary| Route::Run { job, run: run.url_id() }.to_string();
            let closer = options.with(|options| group.closer_look(options, clock.now.get_untracked()));
            Some(match (group.runs.as_slice(), closer) {
                ([run], _) => run_link(run),
                (_, Some(closer)) => Route::Timeline(closer).to_string(),
                (_, None) => Route::Job(job).to_string(),
            })
        })
    };
    let count = move || {
        let count = group.with(|group| group.as_ref().map_or(0, |group| group.runs.len()));
        (count > 1).then(|| view! { <span class="run-count" aria-hidden="true">{text::count(count)}</span> })
    };
    let text = move || {
        group.with(|group| match group {
            Some(group) if group.runs.len() == 1 => run_text(&group.runs[0], clock),
            Some(group) => group_text(group, clock),
            None => String::new(),
        })
    };
    view! {
        <li style:left=move || percent(with(|group| group.left)) style:width=move || percent(with(|group| group.width))>
            <a
                class=move || format!("run-bar on-{}", shape().color)
                href=move || link()
                aria-label=move || format!("{}: {}", name.get(), text())
            >
                <Icon name=Signal::derive(move || shape().icon) />
                {move || count()}
                <span class="run-tip" aria-hidden="true" class:right=move || { with(|group| group.left) > 0.5 }>
                    <bdi>{name}</bdi>
                    " "
                    <span>{move || text()}</span>
                </span>
            </a>
        </li>
    }
}

/// Describes a run, for example `failed, started today 02:00, by schedule, took 41s`.
fn run_text(run: &RunSummary, clock: Clock) -> String {
    let started = run.created.map(|at| tf!(", started {time}", time = clock.format(at))).unwrap_or_default();
    let took = run.duration(clock.timestamp()).map(format::duration);
    let took = match (took, run.state.is_final()) {
        (Some(took), true) => tf!(", took {duration}", duration = took),
        (Some(took), false) => tf!(", for {duration}", duration = took),
        (None, _) => String::new(),
    };
    let by = tf!(", by {starter}", starter = state_names::starter(run));
    format!("{}{started}{by}{took}", state_names::execution_state(run.state))
}

/// Describes several runs, for example `12 runs from today 02:00 to today 03:00: 1 failed, 11 completed`.
fn group_text(group: &Group, clock: Clock) -> String {
    use ExecutionState as S;
    let time = |run: Option<&RunSummary>| {
        run.and_then(|run| run.created).map(|at| clock.format(at)).unwrap_or_default()
    };
    let count = |state| match group.count(state) {
        0 => None,
        count => Some(text::count(count)),
    };
    let counts = [
        count(S::Failed).map(|count| tf!("{count} failed", count = count)),
        count(S::CompletedWithErrors).map(|count| tf!("{count} completed with errors", count = count)),
        count(S::CompletedWithWarnings).map(|count| tf!("{count} completed with warnings", count = count)),
        count(S::Running).map(|count| tf!("{count} running", count = count)),
        count(S::Completed).map(|count| tf!("{count} completed", count = count)),
    ];
    tf!(
        "{runs} from {first} to {last}: {states}",
        runs = tn!("{n} run", "{n} runs", group.runs.len()),
        first = time(group.runs.first()),
        last = time(group.runs.last()),
        states = counts.into_iter().flatten().collect::<Vec<_>>().join(", "),
    )
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
