//! Gives short names to the imports and exports of the console's program. wasm-bindgen adds a hash of 16 digits to each
//! name; hashes do not compress, and both the program and its script contain them.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    process::{self, program},
    setup::BuildTools,
};

/// The WebAssembly features of the program, as in `index.html`. With more features, wasm-opt writes a file that many
/// browsers cannot read.
const FEATURES: &str = "--enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext \
                        --enable-mutable-globals --enable-reference-types --enable-multivalue";

/// The line in wasm-bindgen's script that starts the object of all imports.
const IMPORTS_START: &str = "    return {\n        __proto__: null,\n        \"";

/// Renames the imports and exports in the program and in its script.
///
/// # Errors
///
/// The script does not have the form that wasm-bindgen writes.
pub(super) fn shorten(tools: &BuildTools, wasm: &Path, script: &Path) -> Result<()> {
    let arguments = format!("--minify-imports-and-exports-and-modules {FEATURES}");
    let mut wasm_opt = program(tools.node.join("wasm-opt"), &arguments);
    let names = process::output(wasm_opt.arg(wasm).arg("--output").arg(wasm))?;
    let names = serde_json::from_str(&names).context("wasm-opt did not print the new names")?;
    let text = fs::read_to_string(script)?;
    Ok(fs::write(script, rename(&text, &names)?)?)
}

/// Returns the script with the new names: `{"imports": [[module, name, new]], "exports": [[name, new]]}`.
fn rename(script: &str, names: &Value) -> Result<String> {
    let script = rename_imports(script, &rows(names, "imports"))?;
    Ok(rename_exports(&script, &rows(names, "exports")))
}

fn rows<'a>(names: &'a Value, key: &str) -> Vec<Vec<&'a str>> {
    let rows = names[key].as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().map(|row| row.as_array().into_iter().flatten().filter_map(Value::as_str).collect()).collect()
}

fn rename_imports(script: &str, imports: &[Vec<&str>]) -> Result<String> {
    let (head, modules) =
        script.rsplit_once(IMPORTS_START).context("wasm-bindgen's script has no object of imports")?;
    let modules = format!("\"{modules}");
    let (modules, tail) = modules
        .split_once("    };\n")
        .context("the object of imports in wasm-bindgen's script has no end")?;
    let (mut text, mut others) = (head.to_owned(), String::new());
    for import in imports {
        let [module, name, new_name] = import[..] else { bail!("wasm-opt printed the import {import:?}") };
        // If the object has a module twice, the second one is used.
        let line =
            modules.lines().rev().find_map(|line| line.trim().strip_prefix(&format!("\"{module}\": ")));
        match line.map(|object| object.trim_end_matches(',')) {
            Some("import0") => {
                let property = format!("\n        {name}: ");
                if text.matches(&property).count() != 1 {
                    bail!("wasm-bindgen's script does not have exactly one property {name}");
                }
                text = text.replace(&property, &format!("\n        {new_name}: "));
            }
            Some(object) => others += &format!("{new_name}: {object}.{name}, "),
            None => bail!("wasm-bindgen's script has no imports of {module}"),
        }
    }
    Ok(text + &format!("    return {{ a: {{ ...import0, {others}}} }};\n{tail}"))
}

fn rename_exports(script: &str, exports: &[Vec<&str>]) -> String {
    let mut pieces = script.split("wasm.");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        let new_name = exports.iter().find(|row| row[0] == name).map_or(name, |row| row[1]);
        text += &format!("wasm.{new_name}{rest}");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCRIPT: &str = "function imports() {
    const import0 = {
        __proto__: null,
        __wbg_now_12ab: function() {
            return wasm.__wbindgen_malloc(wasm.memory.buffer, wasm.other);
        },
    };
    return {
        __proto__: null,
        \"./x_bg.js\": import0,
        \"./y.js\": import1,
        \"./y.js\": import2,
    };
}
";

    #[test]
    fn imports_and_exports_of_a_script_get_the_new_names() {
        let names = json!({
            "imports": [["./x_bg.js", "__wbg_now_12ab", "$"], ["./y.js", "lock", "$a"]],
            "exports": [["memory", "b"], ["__wbindgen_malloc", "c"]],
        });
        let expected = "function imports() {
    const import0 = {
        __proto__: null,
        $: function() {
            return wasm.c(wasm.b.buffer, wasm.other);
        },
    };
    return { a: { ...import0, $a: import2.lock, } };
}
";
        assert_eq!(rename(SCRIPT, &names).unwrap(), expected);
    }

    #[test]
    fn import_that_the_script_does_not_have_is_an_error() {
        let names = json!({ "imports": [["./x_bg.js", "__wbg_gone", "$"]], "exports": [] });
        assert!(rename(SCRIPT, &names).unwrap_err().to_string().contains("__wbg_gone"));
        assert!(rename("", &names).is_err());
    }
}
