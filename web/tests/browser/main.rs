//! Tests that need a browser.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a failed test panics")]

mod address;
mod helpers;
mod log;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
