//! `cargo xtask test recipes`: the test suites of `docs/gateway.md` work as they stand there.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{
    run::{self, cargo},
    tests::{Counts, Tools},
};

const SOURCE: &str = "docs/gateway.md";
const FOLDER: &str = "target/recipes";

/// A recipe: its file, which the first line of its code names, and how it is run.
type Recipe = (&'static str, fn(&Path, &Tools) -> Result<Command>);

const RECIPES: &[Recipe] =
    &[("emulator.test.ts", typescript), ("test_emulator.py", python), ("emulator.sh", shell)];

pub(crate) fn run(tools: &Tools) -> Result<Counts> {
    run::run(cargo().args(["build", "--package", "txjobs-emulator"]))?;
    let book = fs::read_to_string(SOURCE).with_context(|| format!("cannot read {SOURCE}"))?;
    let folder = Path::new(FOLDER);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {FOLDER}"))?;
    // The gateway that was built, as a program that is found by its name.
    let path = run::path_with([Path::new("target/debug").canonicalize()?.as_path()])?;
    let mut counts = Counts::default();
    for (name, command) in RECIPES {
        let tried = code(&book, name).and_then(|code| {
            fs::write(folder.join(name), code)?;
            let mut command = command(folder, tools)?;
            run::output(command.current_dir(folder).env("PATH", &path))
        });
        match tried {
            Ok(_) => counts.passed += 1,
            Err(error) => {
                println!("{name}: {error:#}");
                counts.failed += 1;
            }
        }
    }
    Ok(counts)
}

/// The block of code whose first line is a comment with this name.
fn code<'a>(book: &'a str, name: &str) -> Result<&'a str> {
    let mut blocks = book.split("```").skip(1).step_by(2);
    let block = blocks.find_map(|block| {
        let code = block.split_once('\n')?.1;
        code.lines().next()?.ends_with(&format!(" {name}")).then_some(code)
    });
    block.with_context(|| format!("{SOURCE} has no block of code that begins with the name {name}"))
}

fn typescript(folder: &Path, tools: &Tools) -> Result<Command> {
    // Node runs JavaScript; this only takes the types out.
    let mut esbuild = Command::new(tools.build.esbuild.join("esbuild"));
    esbuild.args(["--log-level=warning", "--outfile=emulator.test.mjs", "emulator.test.ts"]);
    run::output(esbuild.current_dir(folder))?;
    let mut test = Command::new("node");
    test.args(["--test", "emulator.test.mjs"]);
    Ok(test)
}

fn python(_: &Path, tools: &Tools) -> Result<Command> {
    let mut test = Command::new(tools.test.generators.join("python"));
    test.args(["-W", "error", "test_emulator.py"]);
    Ok(test)
}

fn shell(_: &Path, _: &Tools) -> Result<Command> {
    ensure!(cfg!(unix), "a shell is needed for emulator.sh");
    let mut test = Command::new("sh");
    test.arg("emulator.sh");
    Ok(test)
}

#[cfg(test)]
mod unit {
    #[test]
    fn a_recipe_is_found_by_its_first_line() {
        let book = "Text `x`.\n```sh\nls\n```\n```ts\n// a.ts\nlet b\n```\n";
        assert_eq!(super::code(book, "a.ts").unwrap(), "// a.ts\nlet b\n");
        assert!(super::code(book, "b.ts").is_err());
    }
}
