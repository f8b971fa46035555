//! Helpers of the browser tests.

use std::time::Duration;

use leptos::prelude::{document, request_animation_frame};
use txjobs_console::utils::time;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Adds an empty element to the page. The caller removes it.
pub(crate) fn add_host() -> HtmlElement {
    let host: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&host).unwrap();
    host
}

/// Waits for the next animation frame, by which all pending effects have run.
pub(crate) async fn next_frame() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        request_animation_frame(move || drop(resolve.call0(&wasm_bindgen::JsValue::NULL)));
    });
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap();
}

/// Waits until a condition is true, and panics after ten seconds.
#[track_caller]
pub(crate) fn wait_until(condition: impl Fn() -> bool) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    let deadline = time::uptime() + Duration::from_secs(10);
    async move {
        while !condition() {
            assert!(time::uptime() < deadline, "{caller}: the condition is still false");
            next_frame().await;
        }
    }
}
