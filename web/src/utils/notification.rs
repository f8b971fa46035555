//! Notifications of the browser. `leptos-use-web-notification` asks for permission when a component is created and
//! panics if the browser refuses to show a notification.

use js_sys::Reflect;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationOptions, NotificationPermission};

use super::address;

/// Returns whether the user has permitted notifications.
pub fn is_permitted() -> bool {
    is_supported() && Notification::permission() == NotificationPermission::Granted
}

/// Asks the user for permission. Returns whether notifications are permitted.
pub async fn request_permission() -> bool {
    if is_supported()
        && let Ok(answer) = Notification::request_permission()
    {
        let _ = JsFuture::from(answer).await;
    }
    is_permitted()
}

/// Shows a notification. A click on it opens the screen with this address.
pub fn show(text: &str, link: &str) {
    let options = NotificationOptions::new();
    options.set_tag(link);
    // Some mobile browsers support notifications only for installed pages.
    let Ok(notification) = Notification::new_with_options(text, &options) else { return };
    let link = link.to_owned();
    let open = Closure::<dyn Fn()>::new(move || {
        let _ = window().focus();
        address::navigate(&link);
    });
    notification.set_onclick(Some(open.into_js_value().unchecked_ref()));
}

fn is_supported() -> bool {
    Reflect::has(&window(), &"Notification".into()).unwrap_or_default()
}
