//! Compares the code that is generated from `openapi.yaml` with the files in `generated/`, so that a review shows its changes.
//!
//! To accept changes: `UPDATE_EXPECT=1 cargo test -p txjobs-sdk --test golden`.

use expect_test::expect_file;

#[test]
fn generated_enums_match_the_golden_file() {
    expect_file!["../generated/enums.rs"].assert_eq(include_str!(concat!(env!("OUT_DIR"), "/enums.rs")));
}

#[test]
fn generated_types_match_the_golden_file() {
    expect_file!["../generated/types.rs"].assert_eq(include_str!(concat!(env!("OUT_DIR"), "/types.rs")));
}

#[test]
fn generated_paths_match_the_golden_file() {
    expect_file!["../generated/paths.rs"].assert_eq(include_str!(concat!(env!("OUT_DIR"), "/paths.rs")));
}

#[test]
fn generated_client_matches_the_golden_file() {
    expect_file!["../generated/client.rs"].assert_eq(include_str!(concat!(env!("OUT_DIR"), "/client.rs")));
}
