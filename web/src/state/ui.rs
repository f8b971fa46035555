//! What the page shows: the screen, open dialogs, and the size of the window.

use leptos::{ev, prelude::*};
use leptos_use_document_visibility::use_document_visibility;
use leptos_use_media_query::use_media_query;
use leptos_use_window_focus::use_window_focus;
use txjobs_sdk::types::{JobId, TriggerId};
use web_sys::VisibilityState;

use crate::{
    model::route::Route,
    utils::{address, effects::on_window_event},
};

/// A job action that waits for the user's confirmation before its POST is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PendingConfirmation {
    pub action: JobAction,
    pub job: JobId,
}

/// An action on a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobAction {
    Run,
    Cancel,
}

/// A run that ended while the user looked at another tab or window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedRun {
    /// Name of the job and state of the run.
    pub text: String,
    pub is_success: bool,
}

/// State of the user interface.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    /// The screen in the address.
    pub route: RwSignal<Route>,
    /// The action in the open confirmation dialog.
    pub pending_confirmation: RwSignal<Option<PendingConfirmation>>,
    /// The jobs in the open bulk run dialog.
    pub pending_bulk_run: RwSignal<Vec<JobId>>,
    /// The job and the run that were opened last.
    pub last_viewed: RwSignal<(Option<JobId>, Option<TriggerId>)>,
    /// Whether the page is as narrow as a phone. The style sheets use the same width.
    pub is_narrow: Signal<bool>,
    /// Whether the page is visible and has the focus.
    pub is_focused: Signal<bool>,
    /// The run that the title and the icon of the tab report.
    pub ended_run: RwSignal<Option<EndedRun>>,
    /// The fragment that the console read from the address or wrote into it last.
    fragment: StoredValue<String>,
}

impl Ui {
    /// Follows the address and provides the store as a context.
    pub fn provide() -> Self {
        let (has_focus, visibility) = (use_window_focus(), use_document_visibility());
        let fragment = address::hash();
        let ui = Self {
            route: RwSignal::new(Route::parse(&fragment)),
            pending_confirmation: RwSignal::new(None),
            pending_bulk_run: RwSignal::new(Vec::new()),
            last_viewed: RwSignal::new((None, None)),
            is_narrow: use_media_query("(max-width: 640px)"),
            is_focused: Signal::derive(move || {
                has_focus.get() && visibility.get() == VisibilityState::Visible
            }),
            ended_run: RwSignal::new(None),
            fragment: StoredValue::new(fragment),
        };
        on_window_event(ev::hashchange, move |_| {
            let fragment = address::hash();
            let route = Route::parse(&fragment);
            ui.fragment.set_value(fragment);
            ui.close_dialogs();
            if ui.route.with_untracked(|now| *now != route) {
                ui.route.set(route);
            }
        });
        provide_context(ui);
        ui
    }

    /// Shows the same screen with other filters, and replaces the address.
    pub fn replace_route(self, route: Route) {
        self.replace_address(&route.to_string());
        self.route.set(route);
    }

    /// Replaces the address without a new entry in the browser's history, unless the user has just opened another
    /// one.
    pub fn replace_address(self, link: &str) {
        // After a navigation, the address changes immediately, but `hashchange` arrives later.
        if self.fragment.with_value(|last| *last == address::hash()) {
            address::replace(link);
            self.fragment.set_value(address::hash());
        }
    }

    /// Asks the user to confirm an action on a job.
    pub fn confirm(self, action: JobAction, job: JobId) {
        self.pending_confirmation.set(Some(PendingConfirmation { action, job }));
    }

    pub fn close_dialogs(self) {
        self.pending_confirmation.set(None);
        self.pending_bulk_run.set(Vec::new());
    }
}
