//! The job table, as a virtual list: only the rows on the screen are in the document.

use leptos::{html, prelude::*};
use txjobs_sdk::types::JobId;

use super::{list_state::ListState, row::Row, table_header::TableHeader, visible_rows::VisibleRows};
use crate::{
    components::{For, Show},
    state::{Jobs, Ui},
    text::t,
};

/// Number of new rows that are rendered in one frame, so that a key press in the filter is answered at once.
const MAX_NEW_ROWS: usize = 12;

/// Renders the jobs.
#[component]
pub(super) fn JobsTable() -> impl IntoView {
    let list = expect_context::<ListState>();
    let jobs = expect_context::<Jobs>();
    let ui = expect_context::<Ui>();
    let body = NodeRef::<html::Tbody>::new();
    let VisibleRows { window, row_height } = VisibleRows::observe(list, body);
    let count = Memo::new(move |_| list.shown.with(Vec::len));
    let is_loaded = Memo::new(move |_| jobs.list.with(Option::is_some));
    let (rendered, frame) = (StoredValue::new(Vec::new()), RwSignal::new(0_u32));
    let visible_jobs = move || {
        frame.track();
        let window = window.get();
        let mut visible = list.shown.with(|shown| {
            let last = window.last.min(shown.len());
            shown.get(window.first.min(last)..last).unwrap_or_default().to_vec()
        });
        let now = rendered.with_value(|rendered| count_with_new(&visible, rendered, MAX_NEW_ROWS));
        if now < visible.len() {
            visible.truncate(now);
            request_animation_frame(move || {
                frame.try_update(|frame| *frame = frame.wrapping_add(1));
            });
        }
        rendered.set_value(visible.clone());
        visible
    };
    let above = Signal::derive(move || window.get().first.min(count.get()));
    let below = Signal::derive(move || count.get().saturating_sub(window.get().last));
    // A memo, so that rows do not update when the filter or order changes.
    let selected = Memo::new(move |_| list.options.with(|options| options.selected.clone()));
    // A row renders only the columns for the current width.
    let rows = move || {
        ui.is_narrow.track();
        match is_loaded.get() {
            true => view! {
                <For each=visible_jobs key=|job: &JobId| *job let(job)>
                    <Row job selected />
                </For>
            }
            .into_any(),
            false => view! { <Skeleton /> }.into_any(),
        }
    };
    view! {
        <table
            class="table jobs"
            aria-label=t("Jobs")
            aria-rowcount=move || (count.get() + 1).to_string()
            aria-busy=move || (!is_loaded.get()).to_string()
        >
            <TableHeader />
            <tbody node_ref=body>
                <SpacerRow rows=above row_height />
                {move || rows()}
                <SpacerRow rows=below row_height />
            </tbody>
        </table>
    }
}

/// Returns how many of the jobs can be rendered, from the first on, with at most `max_new` that are not in `rendered`.
fn count_with_new(jobs: &[JobId], rendered: &[JobId], max_new: usize) -> usize {
    let is_new = |&(_, job): &(usize, &JobId)| !rendered.contains(job);
    jobs.iter().enumerate().filter(is_new).nth(max_new).map_or(jobs.len(), |(at, _)| at)
}

/// Renders an empty row with the height of the rows that are not rendered.
#[component]
fn SpacerRow(rows: Signal<usize>, row_height: RwSignal<f64>) -> impl IntoView {
    let height = move || format!("{}px", (rows.get() as f64 * row_height.get()) as i64);
    view! {
        <Show when=move || { rows.get() > 0 }>
            <tr aria-hidden="true">
                // A single cell without `colspan`, because narrow screens hide columns.
                <td class="spacer-row" style:height=move || height()></td>
            </tr>
        </Show>
    }
}

/// Renders placeholder rows of the final height while the jobs load.
#[component]
fn Skeleton() -> impl IntoView {
    let row = |width: &'static str| {
        view! {
            <tr aria-hidden="true">
                <td class="hide-on-phone"></td>
                <td>
                    <span class=format!("skeleton {width}")></span>
                </td>
                <td>
                    <span class="skeleton w-fix"></span>
                </td>
                <td class="hide-on-phone">
                    <span class="skeleton w-2"></span>
                </td>
                <td class="hide-on-phone">
                    <span class="skeleton w-2"></span>
                </td>
                <td class="hide-on-phone"></td>
                <td class="hide-on-phone hide-on-tablet"></td>
                <td class="hide-on-phone hide-on-tablet"></td>
                <td></td>
            </tr>
        }
    };
    ["w-1", "w-2", "w-3", "w-1", "w-3", "w-2", "w-1", "w-2"].map(row).into_iter().collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_new_rows_are_rendered_at_once() {
        let jobs: Vec<_> = (0..6).map(|number| JobId(uuid::Uuid::from_u128(number))).collect();
        assert_eq!(count_with_new(&jobs, &[], 2), 2);
        assert_eq!(count_with_new(&jobs, &jobs[..2], 2), 4);
        assert_eq!(count_with_new(&jobs, &jobs[1..5], 2), 6);
        assert_eq!(count_with_new(&jobs, &jobs, 0), 6);
        assert_eq!(count_with_new(&[], &jobs, 2), 0);
    }
}
