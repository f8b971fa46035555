//! How much of the data of the job list is loaded.

use std::collections::HashMap;

use crate::{
    model::{format, list_options::ListOptions},
    reactive::Memo,
    state::App,
};

/// Returns the number of jobs.
pub(super) fn job_count(app: App) -> usize {
    app.jobs.list.with(|list| list.as_ref().map_or(0, |list| list.jobs().len()))
}

/// Describes how many histories are loaded, if the order or filter depends on them and some are missing.
pub(super) fn history_progress(app: App, options: Memo<ListOptions>) -> Option<String> {
    if !options.with(ListOptions::is_history_required) {
        return None;
    }
    let total = job_count(app);
    let loaded = app.jobs.histories.with(HashMap::len);
    (loaded < total)
        .then(|| format!("last runs loaded for {} of {} jobs", format::count(loaded), format::count(total)))
}
