//! Generates the SDK from `openapi.yaml`: `enums.rs`, `types.rs`, `paths.rs` and, for the feature `client`, `client.rs`.
//!
//! It writes the files to `OUT_DIR`. A test compares them with the golden files in `generated/`.

#[path = "build/enums.rs"]
mod enums;
#[path = "build/lenient_types.rs"]
mod lenient_types;
#[path = "build/name_casing.rs"]
mod name_casing;
#[path = "build/paths.rs"]
mod paths;
#[path = "build/progenitor.rs"]
mod progenitor_run;

use std::{env, fs, path::Path};

/// The paths of the contract: in the repository, and in the package, which contains a copy.
const SPEC_PATHS: [&str; 2] = ["../../openapi.yaml", "openapi.yaml"];

fn main() {
    let file = SPEC_PATHS.into_iter().find(|file| Path::new(file).is_file()).expect("openapi.yaml exists");
    println!("cargo::rerun-if-changed={file}");
    println!("cargo::rerun-if-changed=build");
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("cannot read {file}: {e}"));
    let spec: openapiv3::OpenAPI =
        yaml_serde::from_str(&text).unwrap_or_else(|e| panic!("{file} is not OpenAPI 3.0: {e}"));

    let enums = enums::integer_enums(&spec);
    let generated = progenitor_run::generate(&spec, enums.iter().map(|e| e.name.as_str()));
    write("enums.rs", syn::parse_quote! { #(#enums)* });
    write("types.rs", generated.types);
    write("client.rs", generated.client);
    write("paths.rs", paths::paths(&spec));
}

fn write(name: &str, file: syn::File) {
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join(name), prettyplease::unparse(&file))
        .unwrap_or_else(|e| panic!("cannot write {name}: {e}"));
}
