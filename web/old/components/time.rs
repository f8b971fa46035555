use txjobs_sdk::Timestamp;

use crate::{
    dom::{El, el},
    state::app,
};

/// Renders a short time with the exact time as a tooltip.
pub fn time_view(at: Option<Timestamp>) -> El {
    let app = app();
    match at {
        None => el("span").child("–"),
        Some(at) => el("time")
            .attr("datetime", at.to_string())
            .attr("title", move || app.zone().exact(at))
            .child(move || app.format_time(at)),
    }
}
