use leptos::prelude::*;
use leptos_meta::Title;
use leptos_use_favicon::{UseFaviconOptions, use_favicon_with_options};
use wasm_bindgen::JsCast;
use web_sys::HtmlLinkElement;

use crate::{
    state::{EndedRun, Ui},
    utils::effects::effect,
};

/// Shows in the title and the icon of the tab that a run has ended, until the user looks at the page.
#[component]
pub fn TabNotice() -> impl IntoView {
    let ui = expect_context::<Ui>();
    let ended = ui.ended_run;
    let normal_icon = document()
        .query_selector("link[rel=icon]")
        .ok()
        .flatten()
        .map(|link| link.unchecked_into::<HtmlLinkElement>().href());
    let icon =
        Signal::derive(move || ended.with(|ended| ended.as_ref().map(icon)).or_else(|| normal_icon.clone()));
    use_favicon_with_options(UseFaviconOptions::default().new_icon(icon));
    effect(move || {
        if ui.is_focused.get() && ended.with_untracked(Option::is_some) {
            ended.set(None);
        }
    });
    let content = move || ended.get().map(|ended| view! { <Title text=ended.text /> });
    view! { {move || content()} }
}

/// Returns the icon for the outcome of a run.
fn icon(ended: &EndedRun) -> String {
    let (color, path) = match ended.is_success {
        true => ("%231f9254", "M4 8.5l2.5 2.5L12 5.5"),
        false => ("%23c0262d", "M5 5l6 6M11 5l-6 6"),
    };
    format!(
        "data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><circle cx=\"8\" cy=\"8\" \
         r=\"8\" fill=\"{color}\"/><path d=\"{path}\" fill=\"none\" stroke=\"white\" stroke-width=\"2\"/></svg>"
    )
}
