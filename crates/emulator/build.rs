//! Generates the reference page of the admin API, and the shapes of the contract's responses.

#[path = "../gateway/build/docs/mod.rs"]
mod docs;
#[path = "build/shapes.rs"]
mod shapes;

use std::{env, fs, path::Path};

const CONTRACT: &str = "../../openapi.yaml";

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=../gateway/build");
    println!("cargo::rerun-if-changed={CONTRACT}");

    // The page is under `/admin`.
    docs::write_page("admin.yaml", "admin_reference.html", "../");
    let text = fs::read_to_string(CONTRACT).unwrap_or_else(|e| panic!("cannot read {CONTRACT}: {e}"));
    let contract = yaml_serde::from_str(&text).unwrap_or_else(|e| panic!("{CONTRACT} is not YAML: {e}"));
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("shapes.rs"), shapes::constants(&contract))
        .unwrap_or_else(|e| panic!("cannot write shapes.rs: {e}"));
}
