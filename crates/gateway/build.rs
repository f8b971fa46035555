//! Makes the reference page at `/docs` of `openapi.yaml`, so that it never says anything else.

#[path = "build/docs/mod.rs"]
mod docs;
#[path = "build/shapes.rs"]
mod shapes;

use std::{env, fs, path::Path};

const SPEC: &str = "../../openapi.yaml";

fn main() {
    // `sqlx::migrate!` sees changed migrations; a new file it learns of only by this.
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed={SPEC}");

    let text = fs::read_to_string(SPEC).unwrap_or_else(|e| panic!("cannot read {SPEC}: {e}"));
    let spec = yaml_serde::from_str(&text).unwrap_or_else(|e| panic!("{SPEC} is not YAML: {e}"));
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("shapes.rs"), shapes::constants(&spec))
        .unwrap_or_else(|e| panic!("cannot write the shapes: {e}"));
    fs::write(Path::new(&out).join("docs.html"), docs::page(&docs::Spec::new(spec), "./"))
        .unwrap_or_else(|e| panic!("cannot write the reference page: {e}"));
}
