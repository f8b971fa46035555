//! URLs and files relative to the page.

use txjobs_console::{model::config::Preset, utils::address};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn missing_config_returns_the_default_preset() {
    // The server of the test runner responds with a page or a 404, like static hosts.
    assert_eq!(txjobs_console::api::load_preset().await, Preset::default());
}

#[wasm_bindgen_test]
fn relative_domain_resolves_against_the_page() {
    let base = address::absolute("./").unwrap();
    assert!(base.starts_with("http://") && !base.ends_with('/'), "{base}");
    assert_eq!(address::absolute("http://[::1"), None);
    assert_eq!(address::absolute("https://api.example.com/x/").as_deref(), Some("https://api.example.com/x"));
    assert!(address::is_own_origin(&base) && !address::is_own_origin("https://api.example.com"));
}
