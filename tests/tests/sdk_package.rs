//! Tests of the public API and the examples of the SDK.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::process::{Command, Output};

use expect_test::expect_file;
use txjobs_test_support::{TestServer, root};

/// Compares the public API with a golden file, so that a review shows its changes.
///
/// To accept changes: `UPDATE_EXPECT=1 cargo test -p txjobs-tests --test sdk_package`.
#[test]
fn public_api_matches_the_golden_file() {
    let target = root().join("target/public-api");
    let mut rustdoc = Command::new(env!("CARGO"));
    rustdoc.args(["rustdoc", "--quiet", "--package", "txjobs-sdk", "--lib", "--target-dir"]).arg(&target);
    rustdoc.args(["--", "-Zunstable-options", "--output-format", "json", "--cap-lints", "allow"]);
    // The JSON output of rustdoc is unstable. The toolchain is pinned.
    rustdoc.current_dir(root()).env("RUSTC_BOOTSTRAP", "1");
    assert!(rustdoc.status().unwrap().success());
    let api = public_api::Builder::from_rustdoc_json(target.join("doc/txjobs_sdk.json"))
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .unwrap();
    expect_file!["../../crates/sdk/public-api.txt"].assert_eq(&api.to_string());
}

const JOBS: &str = r#"
[[organization]]
name = "Test"

[[organization.job]]
name = "Nightly load"
[organization.job.script]
state = "completed with warnings"
lines = [{ message = "Reading \"Orders\", part {n}", repeat = 3 }, { severity = "warning", message = "Late" }]

[[organization.job]]
name = "Broken load"
[organization.job.script]
state = "failed"
lines = [{ severity = "error", message = "No disk" }]
"#;

fn example(server: &TestServer, name: &str, arguments: &[&str]) -> Output {
    let program =
        root().join("target/debug/examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut example = Command::new(program);
    example.args(arguments).env("TXJOBS_DOMAIN", server.address()).env("TXJOBS_API_KEY", server.key());
    example.output().unwrap()
}

#[test]
fn examples_print_the_expected_output() {
    let server = TestServer::emulator(JOBS);
    let stdout = |output: &Output| String::from_utf8(output.stdout.clone()).unwrap();

    let listed = example(&server, "list", &[]);
    assert!(listed.status.success() && stdout(&listed).contains("idle      Nightly load"), "{listed:?}");

    let run = example(&server, "run_and_wait", &["Nightly load"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert_eq!(stdout(&run).lines().count(), 4);
    assert!(stdout(&run).contains("warning     Late"), "{run:?}");
    assert_eq!(example(&server, "run_and_wait", &["Broken load"]).status.code(), Some(1));
    let unknown = example(&server, "run_and_wait", &["No load"]);
    assert!(!unknown.status.success());

    let exported = example(&server, "export_logs", &["Nightly load"]);
    let text = stdout(&exported);
    assert!(text.starts_with("execution,state,time,severity,message\n"), "{exported:?}");
    assert_eq!(text.lines().count(), 5);
    assert!(text.contains(r#"information,"Reading ""Orders"", part 1""#), "{text}");
}
