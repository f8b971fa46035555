//! Short names between the program and its script. wasm-bindgen gives each import a name with a hash of sixteen digits,
//! which no compression makes smaller, and both files have it.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{run, setup::BuildTools};

/// What of WebAssembly the program uses, as in `index.html`: with all there is wasm-opt would write what few browsers read.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Gives imports and exports short names, in both files.
///
/// # Errors
///
/// The script is not as wasm-bindgen used to write it.
pub(super) fn shorten(tools: &BuildTools, program: &Path, script: &Path) -> Result<()> {
    let mut wasm_opt = Command::new(tools.wasm_opt.join("wasm-opt"));
    wasm_opt.arg("--minify-imports-and-exports-and-modules").args(FEATURES);
    wasm_opt.arg(program).arg("--output").arg(program);
    let renamed: Value = serde_json::from_str(&run::output(&mut wasm_opt)?)
        .context("wasm-opt does not say which names it gave")?;
    let text = fs::read_to_string(script)?;
    Ok(fs::write(script, rewrite(&text, &renamed)?)?)
}

/// How wasm-bindgen begins what it hands to the program.
const HANDED: &str = "    return {\n        __proto__: null,\n        \"";

/// The script with the new names: `{"imports": [[module, name, new]], "exports": [[name, new]]}`.
fn rewrite(script: &str, renamed: &Value) -> Result<String> {
    let rows = |which: &str| -> Vec<Vec<&str>> {
        let rows = renamed[which].as_array().map(Vec::as_slice).unwrap_or_default();
        rows.iter()
            .map(|row| row.as_array().into_iter().flatten().filter_map(Value::as_str).collect())
            .collect()
    };
    // Where the functions of each module are handed over; of a module that is named twice the second time counts.
    let (head, modules) =
        script.rsplit_once(HANDED).context("the script of wasm-bindgen hands nothing to the program")?;
    let modules = format!("\"{modules}");
    let (modules, tail) = modules.split_once("    };\n").context("the script of wasm-bindgen ends early")?;
    let (mut text, mut others) = (head.to_owned(), String::new());
    for row in rows("imports") {
        let [module, name, new] = row[..] else { bail!("wasm-opt says {row:?} of an import") };
        let place =
            modules.lines().rev().find_map(|line| line.trim().strip_prefix(&format!("\"{module}\": ")));
        match place.map(|place| place.trim_end_matches(',')) {
            Some("import0") => {
                // A property of it, on a line of its own.
                let before = format!("\n        {name}: ");
                if text.matches(&before).count() != 1 {
                    bail!("the script of wasm-bindgen has no place, or several, for the import {name}");
                }
                text = text.replace(&before, &format!("\n        {new}: "));
            }
            Some(other) => others += &format!("{new}: {other}.{name}, "),
            None => bail!("the script of wasm-bindgen does not hand over {module}"),
        }
    }
    text += &format!("    return {{ a: {{ ...import0, {others}}} }};\n{tail}");
    let mut named = String::new();
    for (at, piece) in text.split("wasm.").enumerate() {
        let end = piece.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(piece.len());
        let new = rows("exports").iter().find(|row| row[0] == &piece[..end]).map(|row| row[1].to_owned());
        match new {
            Some(new) if at > 0 => named += &format!("wasm.{new}{}", &piece[end..]),
            _ if at > 0 => named += &format!("wasm.{piece}"),
            _ => named += piece,
        }
    }
    Ok(named)
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
    fn both_files_agree() {
        let renamed = json!({
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
        assert_eq!(rewrite(SCRIPT, &renamed).unwrap(), expected);
    }

    #[test]
    fn an_import_that_the_script_does_not_have_is_an_error() {
        let renamed = json!({ "imports": [["./x_bg.js", "__wbg_gone", "$"]], "exports": [] });
        assert!(rewrite(SCRIPT, &renamed).unwrap_err().to_string().contains("__wbg_gone"));
        assert!(rewrite("", &renamed).is_err());
    }
}
