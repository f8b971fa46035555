use leptos::{ev, prelude::*};
use txjobs_sdk::types::{JobId, TriggerId};

use crate::{
    model::{query, route::Route},
    state::Ui,
    utils::{address, effects::on_window_event},
};

/// The runs that are selected for comparison, at most two. They are kept in the address.
#[derive(Clone, Copy, Debug)]
pub(super) struct SelectedRuns(RwSignal<Vec<TriggerId>>);

impl SelectedRuns {
    /// Reads the selection from the address and keeps both the same.
    pub(super) fn from_address(job: JobId) -> Self {
        let ui = expect_context::<Ui>();
        let selected = RwSignal::new(runs_in_address());
        Effect::new(move |before: Option<Vec<TriggerId>>| {
            let now = selected.get();
            if before.is_some_and(|before| before != now) && now != runs_in_address() {
                let link = Route::Job(job).to_string();
                match now.as_slice() {
                    [one, other] => ui.replace_address(&format!("{link}?compare={one},{other}")),
                    _ => ui.replace_address(&link),
                }
            }
            now
        });
        on_window_event(ev::hashchange, move |_| {
            // The address may already be that of another screen.
            if Route::parse(&address::hash()) == Route::Job(job) {
                selected.set(runs_in_address());
            }
        });
        Self(selected)
    }

    pub(super) fn get(self) -> Vec<TriggerId> {
        self.0.get()
    }

    pub(super) fn contains(self, run: TriggerId) -> bool {
        self.0.with(|all| all.contains(&run))
    }

    /// Selects or deselects a run. A third run replaces the first one.
    pub(super) fn toggle(self, run: TriggerId) {
        self.0.update(|all| match all.iter().position(|other| *other == run) {
            Some(index) => {
                all.remove(index);
            }
            None => {
                if all.len() == 2 {
                    all.remove(0);
                }
                all.push(run);
            }
        });
    }

    pub(super) fn clear(self) {
        self.0.set(Vec::new());
    }
}

fn runs_in_address() -> Vec<TriggerId> {
    let ids = query::parameter(&address::hash(), "compare").unwrap_or_default();
    ids.split(',').filter_map(|id| id.parse().ok()).take(2).collect()
}
