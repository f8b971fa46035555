//! Tests that no two modules of a crate import each other, directly or through other modules.
//!
//! An item counts as an import if its source names another module: in a `use`, in a path, in the arguments of a macro,
//! or in an attribute. `mod child;` alone is not an import.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod graph;
mod names;
mod source;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use txjobs_test_support::root;

/// Returns the cycles of the crate whose root module is in `file`, one text for each.
fn cycles(file: &Path) -> Vec<String> {
    let modules = source::read_crate(file);
    graph::find_cycles(&names::find_imports(&modules))
}

/// Returns the name and the root file of each crate of the workspace: libraries, programs, tests, and examples.
fn crates() -> Vec<(String, PathBuf)> {
    let mut metadata = Command::new(env!("CARGO"));
    metadata.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root());
    let output = metadata.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let targets = packages.flat_map(|package| {
        let targets = package["targets"].as_array().unwrap().iter();
        targets.map(|target| {
            let name =
                format!("{} ({})", package["name"].as_str().unwrap(), target["name"].as_str().unwrap());
            (name, PathBuf::from(target["src_path"].as_str().unwrap()))
        })
    });
    targets.collect()
}

#[test]
fn modules_of_each_crate_have_no_import_cycle() {
    let crates = crates();
    assert!(crates.len() >= 10, "the workspace has more crates than {crates:?}");
    let mut report = String::new();
    for (name, file) in crates {
        for cycle in cycles(&file) {
            report += &format!("\n{name}: these modules import each other\n{cycle}");
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// Writes the files of a crate into a temporary folder and returns its cycles.
fn cycles_of(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    cycles(&folder.path().join("lib.rs"))
}

#[test]
fn cycle_of_two_modules_is_found_with_its_paths() {
    let cycles = cycles_of(&[
        ("lib.rs", "mod a;\nmod b;"),
        ("a.rs", "use std::fmt;\nuse crate::{b::{self, Item as Other}};"),
        ("b.rs", "\npub(super) fn item() { super::a::call() }"),
    ]);
    assert_eq!(
        cycles,
        ["  crate::a -> crate::b: `crate::b`, a.rs:2\n  crate::b -> crate::a: `super::a::call`, b.rs:2\n"]
    );
}

#[test]
fn cycle_of_a_parent_and_its_child_is_found() {
    let parent = ("lib.rs", "mod a;\npub use a::Item;\npub struct Other;");
    assert_eq!(cycles_of(&[parent, ("a.rs", "pub struct Item;")]).len(), 0);
    for import in ["use super::Other;", "use super::*;", "pub struct Item(crate::Other);"] {
        let cycles = cycles_of(&[parent, ("a.rs", import)]);
        assert_eq!(cycles.len(), 1, "{import}");
        assert!(cycles[0].contains("crate -> crate::a: `a::Item`, lib.rs:2"), "{}", cycles[0]);
    }
}

#[test]
fn cycle_through_every_kind_of_import_is_found() {
    let imports = [
        "use super::b;",
        "fn f() { use crate::b::g; g() }",
        "fn f() -> crate::b::T { todo!() }",
        "fn f() { println!(\"{}\", super::b::g()) }",
        "macro_rules! m { () => { $crate::b::g() } }",
        "#[serde(with = \"crate::b\")] struct T;",
        "#[serde(with = \"super::b::inner\")] struct T;",
        "impl super::b::Trait for () {}",
        "mod inner { use super::super::b::g; } use inner::f;",
        "use super::*; fn f() { b::g() }",
    ];
    for import in imports {
        let files = [("lib.rs", "mod a; mod b; mod c;"), ("a.rs", import), ("b.rs", "use super::c::x;")];
        let with_c = |c| cycles_of(&[&files[..], &[("c.rs", c)]].concat());
        assert_eq!(with_c("use std::fs;").len(), 0, "{import}");
        assert_eq!(with_c("use super::a::f;").len(), 1, "{import}");
    }
}

#[test]
fn path_in_quoted_code_is_no_import() {
    let root = ("lib.rs", "mod a; fn f() { a::g() }");
    for quoted in ["quote::quote! { crate::f() }", "syn::parse_quote! { { super::f() } }"] {
        let import = format!("pub fn g() {{ let tokens = {quoted}; }}");
        assert_eq!(cycles_of(&[root, ("a.rs", &import)]).len(), 0, "{quoted}");
    }
}

#[test]
fn modules_in_folders_and_with_a_path_are_read() {
    let cycles = cycles_of(&[
        ("lib.rs", "mod a;\n#[path = \"elsewhere/other.rs\"]\nmod b;"),
        ("a/mod.rs", "mod deep;"),
        ("a/deep.rs", "mod deeper { mod deepest; }"),
        ("a/deep/deeper/deepest.rs", "use crate::b::inner::Item;"),
        ("elsewhere/other.rs", "mod inner;"),
        ("elsewhere/inner.rs", "use crate::a::deep::deeper::deepest;"),
    ]);
    assert_eq!(cycles.len(), 1);
    assert!(cycles[0].contains("crate::a::deep::deeper::deepest -> crate::b::inner"), "{}", cycles[0]);
}

#[test]
fn unit_tests_that_import_their_module_are_no_cycle() {
    let tests = "fn f() {} #[cfg(test)] mod tests { use super::*; #[test] fn t() { f() } }";
    assert_eq!(cycles_of(&[("lib.rs", "mod a;"), ("a.rs", tests)]).len(), 0);
}
