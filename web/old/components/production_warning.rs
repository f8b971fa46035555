//! The warning before a run on a production server.

use super::icon::icon;
use crate::{
    dom::{El, el},
    profiles::profile::Profile,
    state::App,
};

/// Renders a warning if the profile is marked as production. In this case Enter cancels the dialog.
pub fn production_warning(app: App) -> Option<El> {
    app.is_production().then(|| {
        el("p")
            .class("production")
            .child(icon("triangle"))
            .child("This is production: ")
            .child(el("bdi").child(app.profile.with_untracked(Profile::title)))
    })
}
