//! Downloads of generated files.

use std::time::Duration;

use leptos::{prelude::document, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlAnchorElement, Url};

use super::time;

/// Downloads a file that consists of these parts.
pub fn download(name: &str, parts: &js_sys::Array) {
    let Ok(blob) = Blob::new_with_str_sequence(parts) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    let Ok(link) = document().create_element("a") else { return };
    let link: HtmlAnchorElement = link.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    spawn_local(async move {
        // The browser reads the URL some time after the click and does not report when it is done.
        time::sleep(Duration::from_secs(60)).await;
        let _ = Url::revoke_object_url(&url);
    });
}
