//! What needs a document: elements and what keeps them up to date, the log as it is drawn, addresses.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod address;
mod dom;
mod house;
mod log;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
