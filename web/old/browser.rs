//! Short functions around the web APIs that the console uses.

use std::{pin::Pin, time::Duration};

use js_sys::{Date, Promise};
use leptos::prelude::{document, window};
use txjobs_sdk::Timestamp;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, Storage, Url};

use crate::{model::format::Zone, reactive::RwSignal};

/// Returns the current time in milliseconds since 1970.
pub fn now() -> i64 {
    Date::now() as i64
}

/// Returns the current time.
pub fn timestamp() -> Timestamp {
    Timestamp::from_unix_millis(now())
}

/// Returns the milliseconds since the page was opened, from a monotonic clock.
pub fn uptime_millis() -> f64 {
    window().performance().map_or_else(Date::now, |performance| performance.now())
}

/// Returns the time since the page was opened, from a monotonic clock.
pub fn uptime() -> Duration {
    Duration::from_millis(uptime_millis() as u64)
}

/// Runs a future in the background. The future is boxed, so that the executor's code is compiled once.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
    wasm_bindgen_futures::spawn_local(work);
}

pub async fn sleep(millis: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // This fails only without a window, and then nothing waits for the result.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
    });
    let _ = JsFuture::from(promise).await;
}

pub fn is_hidden() -> bool {
    document().hidden()
}

/// The time zone of the browser.
pub const LOCAL: Zone = Zone {
    offset: |millis| {
        let date = Date::new(&JsValue::from_f64(millis as f64));
        -(date.get_timezone_offset() as i64)
    },
};

pub fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Navigates to a screen like a click on a link.
pub fn navigate(link: &str) {
    let _ = window().location().set_hash(link);
}

/// Replaces the address without a new entry in the browser's history.
pub fn replace_address(link: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(link));
    }
}

/// Returns the address of the page without the fragment.
pub fn page_url() -> String {
    let href = window().location().href().unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// Downloads a file.
pub fn download(name: &str, parts: &js_sys::Array) {
    let Ok(blob) = web_sys::Blob::new_with_str_sequence(parts) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    let link = crate::dom::el("a").attr("href", url.clone()).attr("download", name.to_owned());
    link.get::<HtmlElement>().click();
    spawn(async move {
        // The browser reads the URL some time after the click and does not report when it is done.
        sleep(60_000).await;
        let _ = Url::revoke_object_url(&url);
    });
}

pub fn set_title(title: &str) {
    // Setting the title is slow in browsers, even to the same text.
    if document().title() != title {
        document().set_title(title);
    }
}

pub fn is_https() -> bool {
    window().location().protocol().is_ok_and(|protocol| protocol == "https:")
}

/// Returns the absolute form of a URL that may be relative to this page, without trailing slashes. Returns `None` if
/// the URL is invalid.
pub fn absolute(url: &str) -> Option<String> {
    let page = window().location().href().ok()?;
    let url = Url::new_with_base(url, &page).ok()?;
    Some(format!("{}{}", url.origin(), url.pathname()).trim_end_matches('/').to_owned())
}

fn storage() -> Option<Storage> {
    // The browser throws an exception if storage is forbidden. Settings are not saved then.
    window().local_storage().ok().flatten()
}

/// Returns a saved setting. The API key is never saved here.
pub fn read_setting(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

pub fn write_setting(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(name, value);
    }
}

/// Returns whether the page is as narrow as a phone. The style sheets use the same width.
pub fn is_narrow() -> bool {
    window().match_media("(max-width: 640px)").ok().flatten().is_some_and(|query| query.matches())
}

pub fn root() -> Option<Element> {
    document().document_element()
}

/// Returns a length in pixels from a custom property of the style sheet.
pub fn css_pixels(property: &str, default: u16) -> f64 {
    let value = root()
        .and_then(|root| window().get_computed_style(&root).ok().flatten())
        .and_then(|style| style.get_property_value(property).ok());
    // The browser's parser stops at the unit and adds nothing to the size of the program.
    let pixels = value.map(|value| js_sys::parse_float(&value)).filter(|pixels| pixels.is_finite());
    pixels.unwrap_or(f64::from(default))
}

/// Returns the element with this id. The caller guarantees its type.
pub fn element<E: JsCast>(id: &str) -> Option<E> {
    document().get_element_by_id(id).map(JsCast::unchecked_into)
}

pub fn focus(id: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        let _ = element.focus();
    }
}

/// Moves the focus to the first element that matches the selector inside of the event's current target.
pub fn focus_within(event: &web_sys::Event, selector: &str) {
    let container = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
    let found = container.and_then(|container| container.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Returns whether a dialog is open.
pub fn has_dialog() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// Copies a text. Returns false if the browser refuses, as it does on plain http except for localhost.
pub async fn copy(text: &str) -> bool {
    if !window().is_secure_context() {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

/// Copies a text and sets `result` for two seconds to whether it succeeded.
pub fn copy_with_feedback(text: String, result: RwSignal<Option<bool>>) {
    spawn(async move {
        result.try_set(Some(copy(&text).await));
        sleep(2_000).await;
        result.try_set(None);
    });
}

/// Returns whether a key press belongs to a field, a dialog, or a browser shortcut, and not to the page.
pub fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || target.is_some_and(|e| matches!(e.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
        || has_dialog()
}
