//! Generates the reference page of the contract from `openapi.yaml`.

#[path = "build/docs/mod.rs"]
mod docs;

fn main() {
    println!("cargo::rerun-if-changed=build");
    docs::write_page("../../openapi.yaml", "reference.html", "./");
}
