//! Values in the browser's storage that no component shows directly. The API key is never stored here.

use leptos::prelude::window;
use web_sys::Storage;

fn storage() -> Option<Storage> {
    // The browser throws an exception if storage is forbidden. Settings are not saved then.
    window().local_storage().ok().flatten()
}

/// Returns a saved setting.
pub fn read(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Saves a setting.
pub fn write(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(name, value);
    }
}
