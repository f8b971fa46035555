//! The address of the page, and URLs relative to it.

use leptos::prelude::window;
use wasm_bindgen::JsValue;
use web_sys::Url;

/// Returns the fragment of the address, with `#`.
pub fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Navigates to a screen like a click on a link.
pub fn navigate(link: &str) {
    let _ = window().location().set_hash(link);
}

/// Replaces the address without a new entry in the browser's history. Screens call `Ui::replace_address`, which keeps an
/// address that the user has just opened.
pub fn replace(link: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(link));
    }
}

/// Returns the address of the page without the fragment.
pub fn page_url() -> String {
    let href = window().location().href().unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

pub fn is_https() -> bool {
    window().location().protocol().is_ok_and(|protocol| protocol == "https:")
}

/// Returns an absolute http or https URL in its normal form, and its host and port. A link needs the normal form: the browser
/// would take `http:host/path` for an address on the host of this page.
pub fn web_address(url: &str) -> Option<(String, String)> {
    let url = Url::new(url).ok()?;
    matches!(url.protocol().as_str(), "https:" | "http:").then(|| (url.href(), url.host()))
}

/// Returns whether an absolute URL has the origin of this page.
pub fn is_own_origin(url: &str) -> bool {
    let origin = window().location().origin().unwrap_or_default();
    Url::new(url).is_ok_and(|url| url.origin() == origin)
}

/// Returns the absolute form of a URL that may be relative to this page, without trailing slashes. Returns `None` if
/// the URL is invalid.
pub fn absolute(url: &str) -> Option<String> {
    let page = window().location().href().ok()?;
    let url = Url::new_with_base(url, &page).ok()?;
    Some(format!("{}{}", url.origin(), url.pathname()).trim_end_matches('/').to_owned())
}
