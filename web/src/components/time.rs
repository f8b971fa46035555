use txjobs_sdk::Timestamp;

use crate::{
    dom::{El, el},
    state::app,
};

/// A time in a few words, the exact one on hover.
pub fn when(at: Option<Timestamp>) -> El {
    let app = app();
    match at {
        None => el("span").child("–"),
        Some(at) => el("time")
            .attr("datetime", at.to_string())
            .attr("title", move || app.zone().exact(at))
            .child(move || app.when(at)),
    }
}
