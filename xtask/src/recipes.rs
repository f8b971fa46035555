//! A step of `cargo xtask test` that runs the test suites in `docs/guides/test-your-client.md`.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{
    counts::Counts,
    process::{self, program},
    setup::Tools,
    workspace,
};

const GUIDE: &str = "docs/guides/test-your-client.md";
const FOLDER: &str = "target/recipes";

/// A test suite: its file name, which is in the first line of its code, and the command that runs it.
type Recipe = (&'static str, fn(&Path, &Tools) -> Result<Command>);

const RECIPES: &[Recipe] =
    &[("emulator.test.ts", typescript), ("test_emulator.py", python), ("emulator.sh", shell)];

const REMOVE_TYPES: &str = "
    const { readFileSync, writeFileSync } = require('node:fs'), { transpile } = require('typescript');
    const options = { module: 'esnext', target: 'esnext' };
    writeFileSync('emulator.test.mjs', transpile(readFileSync('emulator.test.ts', 'utf8'), options));";

pub(crate) fn check(tools: &Tools) -> Result<Counts> {
    workspace::build()?;
    let guide = fs::read_to_string(GUIDE).with_context(|| format!("cannot read {GUIDE}"))?;
    let folder = Path::new(FOLDER);
    fs::create_dir_all(folder).with_context(|| format!("cannot create {FOLDER}"))?;
    // The suites start the emulator by its name.
    let path = process::search_path_with([Path::new("target/debug").canonicalize()?.as_path()])?;
    let mut counts = Counts::default();
    for (name, command) in RECIPES {
        let result = find_code(&guide, name).and_then(|code| {
            fs::write(folder.join(name), code)?;
            process::output(command(folder, tools)?.current_dir(folder).env("PATH", &path)).map(drop)
        });
        counts.add(name, result);
    }
    Ok(counts)
}

/// Returns the code block whose first line is a comment that ends in this name.
fn find_code<'a>(guide: &'a str, name: &str) -> Result<&'a str> {
    let mut blocks = guide.split("```").skip(1).step_by(2);
    let code = blocks.find_map(|block| {
        let code = block.split_once('\n')?.1;
        code.lines().next()?.ends_with(&format!(" {name}")).then_some(code)
    });
    code.with_context(|| format!("{GUIDE} has no code block whose first line is a comment with {name}"))
}

fn typescript(folder: &Path, tools: &Tools) -> Result<Command> {
    // Node.js runs JavaScript, so the types are removed first.
    let mut remove_types = program("node", "--eval");
    remove_types.arg(REMOVE_TYPES).env("NODE_PATH", &tools.test.client_modules).current_dir(folder);
    process::output(&mut remove_types)?;
    Ok(program("node", "--test emulator.test.mjs"))
}

fn python(_: &Path, tools: &Tools) -> Result<Command> {
    Ok(program(tools.test.generators.join("python"), "-W error test_emulator.py"))
}

fn shell(_: &Path, _: &Tools) -> Result<Command> {
    ensure!(cfg!(unix), "emulator.sh needs a Unix shell");
    Ok(program("sh", "emulator.sh"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_block_is_found_by_its_first_line() {
        let guide = "Text `x`.\n```sh\nls\n```\n```ts\n// a.ts\nlet b\n```\n";
        assert_eq!(find_code(guide, "a.ts").unwrap(), "// a.ts\nlet b\n");
        assert!(find_code(guide, "b.ts").is_err());
    }
}
