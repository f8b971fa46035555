//! A place in the page, and waiting for what is to appear in it.

use std::time::Duration;

use leptos::prelude::{document, request_animation_frame};
use txjobs_console::browser;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// An empty element in the page of the test; whoever asked for it removes it.
pub(crate) fn host() -> HtmlElement {
    let host: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&host).unwrap();
    host
}

/// The next frame is about to be drawn: all effects of what was done before have run.
pub(crate) async fn frame() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        request_animation_frame(move || drop(resolve.call0(&wasm_bindgen::JsValue::NULL)));
    });
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap();
}

/// Waits until it is so; ten seconds of waiting are a failure.
#[track_caller]
pub(crate) fn until(is_so: impl Fn() -> bool) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    let patience = browser::since_start() + Duration::from_secs(10);
    async move {
        while !is_so() {
            assert!(browser::since_start() < patience, "{place}: this did not come to be");
            frame().await;
        }
    }
}
