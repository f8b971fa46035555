//! Generates the reference page of a specification. The page has no scripts and loads nothing from other servers.

mod command;
mod contents;
mod example;
mod json;
mod kind;
mod markdown;
mod marks;
mod operation;
mod page;
mod response;
mod schema;
mod security;
mod shared;
mod spec;
mod values;

use std::path::Path;
use std::{env, fs};

/// Reads a specification, and writes its page to a file in the output folder. `root` is the relative URL of the server's root.
pub fn write_page(spec: &str, name: &str, root: &str) {
    println!("cargo::rerun-if-changed={spec}");
    let text = fs::read_to_string(spec).unwrap_or_else(|e| panic!("cannot read {spec}: {e}"));
    let value = yaml_serde::from_str(&text).unwrap_or_else(|e| panic!("{spec} is not YAML: {e}"));
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let page = page::page(&spec::Spec::new(value), root);
    fs::write(Path::new(&out).join(name), page).unwrap_or_else(|e| panic!("cannot write {name}: {e}"));
}
