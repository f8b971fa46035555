//! What the page finds beside itself.

use txjobs_console::{browser, config::Preset};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn a_missing_config_presets_nothing() {
    // The test's own server answers with a page or a 404, as static hosts do.
    assert_eq!(txjobs_console::api::preset().await, Preset::default());
}

#[wasm_bindgen_test]
fn a_relative_domain_is_this_page_s() {
    let base = browser::absolute("./").unwrap();
    assert!(base.starts_with("http://") && !base.ends_with('/'), "{base}");
    assert_eq!(browser::absolute("http://[::1"), None);
    assert_eq!(browser::absolute("https://api.example.com/x/").as_deref(), Some("https://api.example.com/x"));
}
