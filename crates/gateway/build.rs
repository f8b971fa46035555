//! Makes of the specifications what can be made of them: the reference pages, so that they never say anything else, and
//! what the answers of the contract are made of.

#[path = "build/docs/mod.rs"]
mod docs;
#[path = "build/shapes.rs"]
mod shapes;

use std::{env, fs, path::Path};

use serde_json::Value;

const CONTRACT: &str = "../../openapi.yaml";
const ADMIN: &str = "admin.yaml";

fn main() {
    println!("cargo::rerun-if-changed=build");

    let contract = read(CONTRACT);
    write("shapes.rs", shapes::constants(&contract));
    write("docs.html", docs::page(&docs::Spec::new(contract), "./"));
    // It is served below `/admin`.
    write("admin_docs.html", docs::page(&docs::Spec::new(read(ADMIN)), "../"));
}

fn read(file: &str) -> Value {
    println!("cargo::rerun-if-changed={file}");
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("cannot read {file}: {e}"));
    yaml_serde::from_str(&text).unwrap_or_else(|e| panic!("{file} is not YAML: {e}"))
}

fn write(name: &str, content: String) {
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join(name), content).unwrap_or_else(|e| panic!("cannot write {name}: {e}"));
}
