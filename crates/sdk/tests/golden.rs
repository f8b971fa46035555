//! What is generated from `openapi.yaml`, kept in `generated/` so that a change of the contract is seen in review.
//!
//! To accept a change: `UPDATE_EXPECT=1 cargo test -p txjobs-sdk --test golden`.

use expect_test::expect_file;

#[test]
fn enums() {
    expect_file!["../generated/enums.rs"].assert_eq(include_str!(concat!(env!("OUT_DIR"), "/enums.rs")));
}

#[test]
fn types() {
    expect_file!["../generated/types.rs"].assert_eq(include_str!(concat!(env!("OUT_DIR"), "/types.rs")));
}

#[test]
fn paths() {
    expect_file!["../generated/paths.rs"].assert_eq(include_str!(concat!(env!("OUT_DIR"), "/paths.rs")));
}

#[test]
fn client() {
    expect_file!["../generated/client.rs"].assert_eq(include_str!(concat!(env!("OUT_DIR"), "/client.rs")));
}
