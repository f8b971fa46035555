//! The vault: API keys stored encrypted in the browser's database. See `js/vault.js`.

use js_sys::{Array, JsString};
use txjobs_sdk::ApiKey;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen(module = "/js/vault.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = names)]
    async fn stored_names() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = unlock)]
    async fn open_vault(passphrase: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = store)]
    async fn store_key(name: &str, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = remove)]
    async fn remove_key(name: &str) -> Result<JsValue, JsValue>;
    /// Drops the derived key that opens the vault.
    pub fn lock();
    /// Returns whether the browser supports the vault. Browsers allow encryption only on https and on localhost.
    #[wasm_bindgen(js_name = isSupported)]
    pub fn is_supported() -> bool;
}

/// Returns the names of the stored keys.
pub async fn names() -> Vec<String> {
    let names = stored_names().await.ok().and_then(|names| names.as_string()).unwrap_or_default();
    names.split('\n').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Opens the vault, or creates it, and returns all names with their keys. Returns `None` if the passphrase is wrong.
pub async fn unlock(passphrase: &str) -> Option<Vec<(String, ApiKey)>> {
    let pairs: Array = open_vault(passphrase).await.ok()?.unchecked_into();
    let text = |at| String::from(pairs.get(at).unchecked_into::<JsString>());
    let pairs = (0..pairs.length()).step_by(2);
    Some(pairs.filter_map(|at| Some((text(at), ApiKey::new(text(at + 1)).ok()?))).collect())
}

/// Stores a key in the open vault. Returns whether it succeeded.
pub async fn store(name: &str, key: &ApiKey) -> bool {
    store_key(name, key.expose()).await.is_ok()
}

/// Removes a key from the vault.
pub async fn remove(name: &str) {
    let _ = remove_key(name).await;
}
