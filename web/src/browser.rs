//! The few things that are asked of the browser itself, each in one line for those who ask.

use std::{pin::Pin, time::Duration};

use js_sys::{Date, Promise};
use leptos::prelude::{document, window};
use txjobs_sdk::Timestamp;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, Storage, Url};

use crate::{format::Zone, reactive::RwSignal};

/// The time of day in milliseconds since 1970.
pub fn now() -> i64 {
    Date::now() as i64
}

/// The time of day.
pub fn timestamp() -> Timestamp {
    Timestamp::from_unix_millis(now())
}

/// A clock that is never set back, in milliseconds since the page was opened.
pub fn uptime() -> f64 {
    window().performance().map_or_else(Date::now, |performance| performance.now())
}

/// [`uptime`] as the SDK's `RunFollower` counts.
pub fn since_start() -> Duration {
    Duration::from_millis(uptime() as u64)
}

/// Does something beside what the page does. Boxed, so that the machinery around it is compiled once.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
    wasm_bindgen_futures::spawn_local(work);
}

pub async fn sleep(millis: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Fails only where there is no window any more, and then nothing is left to wait for.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
    });
    let _ = JsFuture::from(promise).await;
}

pub fn is_hidden() -> bool {
    document().hidden()
}

/// The person's own zone, as the browser knows it.
pub const LOCAL: Zone = Zone {
    offset: |millis| {
        let date = Date::new(&JsValue::from_f64(millis as f64));
        -(date.get_timezone_offset() as i64)
    },
};

pub fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Goes to a screen, as a press on a link to it would.
pub fn go(link: &str) {
    let _ = window().location().set_hash(link);
}

/// Puts another address in the place of this one, without a step in the browser's history.
pub fn replace(link: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(link));
    }
}

/// This page's address up to the fragment.
pub fn page() -> String {
    let href = window().location().href().unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// Gives the person a file, which the browser keeps where it keeps files.
pub fn download(name: &str, parts: &js_sys::Array) {
    let Ok(blob) = web_sys::Blob::new_with_str_sequence(parts) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    let link = crate::dom::el("a").attr("href", url.clone()).attr("download", name.to_owned());
    link.get::<HtmlElement>().click();
    spawn(async move {
        // The browser reads it after the press; how long after, it does not say.
        sleep(60_000).await;
        let _ = Url::revoke_object_url(&url);
    });
}

pub fn set_title(title: &str) {
    // To set it, even to what it is, takes browsers longer than to make a row of the list.
    if document().title() != title {
        document().set_title(title);
    }
}

pub fn is_https() -> bool {
    window().location().protocol().is_ok_and(|protocol| protocol == "https:")
}

/// The absolute form of a URL that may be relative to this page, without slashes at its end; `None` if it is none.
pub fn absolute(url: &str) -> Option<String> {
    let page = window().location().href().ok()?;
    let url = Url::new_with_base(url, &page).ok()?;
    Some(format!("{}{}", url.origin(), url.pathname()).trim_end_matches('/').to_owned())
}

fn storage() -> Option<Storage> {
    // Where storage is forbidden the browser throws: then nothing is remembered, and nothing else is lost.
    window().local_storage().ok().flatten()
}

/// What was remembered under this name. Never holds the API key.
pub fn recall(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

pub fn remember(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(name, value);
    }
}

/// Whether the page has the width of a phone, as the style sheets take it.
pub fn is_narrow() -> bool {
    window().match_media("(max-width: 640px)").ok().flatten().is_some_and(|query| query.matches())
}

pub fn root() -> Option<Element> {
    document().document_element()
}

/// A length in pixels from a custom property of the style sheet, so that it stands in one place only.
pub fn css_pixels(property: &str, otherwise: u16) -> f64 {
    let value = root()
        .and_then(|root| window().get_computed_style(&root).ok().flatten())
        .and_then(|style| style.get_property_value(property).ok());
    // The browser's own reading of numbers stops at the unit, and weighs nothing here.
    let pixels = value.map(|value| js_sys::parse_float(&value)).filter(|pixels| pixels.is_finite());
    pixels.unwrap_or(f64::from(otherwise))
}

/// The element of this page with this id, which is taken to be of the type that is asked for.
pub fn element<E: JsCast>(id: &str) -> Option<E> {
    document().get_element_by_id(id).map(JsCast::unchecked_into)
}

pub fn focus(id: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        let _ = element.focus();
    }
}

/// Moves the focus to the first element of this kind in the part of the screen that listens to the event.
pub fn focus_in(event: &web_sys::Event, selector: &str) {
    let part = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
    let found = part.and_then(|part| part.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Whether a dialog is open.
pub fn has_dialog() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// Copies a text; false if the browser refuses (it does on plain http beyond this machine).
pub async fn copy(text: &str) -> bool {
    if !window().is_secure_context() {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

/// Copies a text, and tells for two seconds whether that worked.
pub fn copy_and_tell(text: String, told: RwSignal<Option<bool>>) {
    spawn(async move {
        told.try_set(Some(copy(&text).await));
        sleep(2_000).await;
        told.try_set(None);
    });
}

/// Whether a key press is meant for a field and not for the page.
pub fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || target.is_some_and(|e| matches!(e.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
        || has_dialog()
}
