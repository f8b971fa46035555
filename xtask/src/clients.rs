//! A step of `cargo xtask test` that generates clients in other languages from the contract. It runs the examples in
//! TypeScript, Python, and Go against an emulator, and parses those in C# and PowerShell.

mod example;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    counts::Counts,
    emulator::Emulator,
    process::{self, program},
    setup::{self, Tools},
    workspace,
};

const SOURCE: &str = "tests/clients";
/// As many levels deep as [`SOURCE`], because the examples name the contract by a relative path.
const FOLDER: &str = "target/clients";

struct Language {
    folder: &'static str,
    /// The files that are written by hand.
    files: &'static [&'static str],
    check: fn(&Path, &Tools, &Emulator) -> Result<()>,
}

const LANGUAGES: &[Language] = &[
    Language {
        folder: "typescript",
        files: &["package.json", "tsconfig.json", "run_job.ts"],
        check: check_typescript,
    },
    Language { folder: "python", files: &["run_job.py"], check: check_python },
    Language {
        folder: "python-openapi-generator",
        files: &["generator.yaml", "run_job.py"],
        check: check_python_of_openapi_generator,
    },
    Language { folder: "go", files: &["generator.yaml", "go.mod", "run_job.go"], check: check_go },
    Language { folder: "csharp", files: &["generator.yaml", "RunJob.cs"], check: generate },
    Language { folder: "powershell", files: &["generator.yaml", "run-job.ps1"], check: generate },
];

pub(crate) fn check(tools: &Tools) -> Result<Counts> {
    workspace::build()?;
    let root = workspace::empty_folder(FOLDER)?;
    let server = Emulator::with_jobs("xtask/demo/fuzz.toml", root)?;
    let mut counts = Counts::default();
    for language in LANGUAGES {
        let folder = root.join(language.folder);
        let result = copy_files(language, &folder)
            .and_then(|()| (language.check)(&folder, tools, &server))
            .and_then(|()| parse(language, &folder, tools));
        counts.add(language.folder, result);
    }
    counts.add("admin.yaml", check_admin_clients(root, tools));
    server.stop()?;
    Ok(counts)
}

fn copy_files(language: &Language, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for file in language.files {
        let source = Path::new(SOURCE).join(language.folder).join(file);
        fs::copy(&source, folder.join(file)).with_context(|| format!("cannot copy {}", source.display()))?;
    }
    Ok(())
}

/// Checks that every file has the syntax of its language, and that every enumeration has the names of the contract.
fn parse(language: &Language, folder: &Path, tools: &Tools) -> Result<()> {
    let mut parse = python(tools, &format!("{SOURCE}/parse.py {}", language.folder));
    print!("{}", process::output(parse.arg(folder).arg("openapi.yaml"))?);
    Ok(())
}

fn check_typescript(folder: &Path, tools: &Tools, server: &Emulator) -> Result<()> {
    // Node.js expects packages beside the program. A junction needs no privilege on Windows; elsewhere it is a link.
    let mut link = Command::new("node");
    link.args(["--eval", "fs.symlinkSync(process.argv[1], 'node_modules', 'junction')"]);
    process::output(link.arg(&tools.test.client_modules).current_dir(folder))?;
    for script in ["generate", "build"] {
        process::output(setup::npm().args(["run", "--silent", script]).current_dir(folder))?;
    }
    example::check(folder, server, || program("node", "run_job.js"))
}

fn check_python(folder: &Path, tools: &Tools, server: &Emulator) -> Result<()> {
    let generators = &tools.test.generators;
    // `--meta none` generates only the package, whose name would otherwise be derived from the contract's title.
    let arguments =
        "generate --path ../../../openapi.yaml --fail-on-warning --meta none --output-path timextender_jobs";
    let mut generate = program(generators.join("openapi-python-client"), arguments);
    // It starts a formatter that is in the same folder.
    generate.env("PATH", process::search_path_with([generators.as_path()])?);
    process::output(generate.current_dir(folder))?;
    example::check(folder, server, || python(tools, "run_job.py"))
}

/// Checks another generator for Python, because generators accept different contracts.
fn check_python_of_openapi_generator(folder: &Path, tools: &Tools, server: &Emulator) -> Result<()> {
    generate(folder, tools, server)?;
    import_all_modules(&folder.join("client"), "timextender_jobs", tools)?;
    example::check(folder, server, || python(tools, "run_job.py"))
}

fn check_go(folder: &Path, tools: &Tools, server: &Emulator) -> Result<()> {
    generate(folder, tools, server)?;
    let name = format!("run_job{}", std::env::consts::EXE_SUFFIX);
    process::output(&mut go(folder, "vet ./..."))?;
    process::output(go(folder, "build -o").arg(&name))?;
    let example = folder.join(name).canonicalize()?;
    example::check(folder, server, || Command::new(&example))
}

/// Generates clients from the emulator's contract in the two languages that are strictest about names.
fn check_admin_clients(root: &Path, tools: &Tools) -> Result<()> {
    let python = generate_admin_client(root, tools, "python", "packageName=txjobs_admin")?;
    import_all_modules(&python, "txjobs_admin", tools)?;
    // Without this option the client needs a package that is not in Go's standard library.
    let options = "packageName=admin,useOneOfDiscriminatorLookup=true";
    let folder = generate_admin_client(root, tools, "go", options)?;
    process::output(&mut go(&folder, "vet .")).map(drop)
}

fn generate_admin_client(root: &Path, tools: &Tools, language: &str, options: &str) -> Result<PathBuf> {
    let folder = root.join("admin").join(language);
    let arguments = format!(
        "generate --input-spec crates/emulator/admin.yaml --generator-name {language} \
         --global-property apiTests=false,modelTests=false --additional-properties {options} --output"
    );
    let mut generate = program(tools.test.generators.join("openapi-generator-cli"), &arguments);
    process::output(generate.arg(&folder))?;
    Ok(folder)
}

/// Runs openapi-generator with the options in the folder.
fn generate(folder: &Path, tools: &Tools, _: &Emulator) -> Result<()> {
    let program_file = tools.test.generators.join("openapi-generator-cli");
    process::output(program(program_file, "generate --config generator.yaml").current_dir(folder)).map(drop)
}

/// Imports all modules of a Python package, also those that the example does not use.
fn import_all_modules(folder: &Path, package: &str, tools: &Tools) -> Result<()> {
    const SCRIPT: &str = "import importlib, pkgutil, sys\n\
        package = importlib.import_module(sys.argv[1])\n\
        for module in pkgutil.walk_packages(package.__path__, sys.argv[1] + '.'): importlib.import_module(module.name)";
    // With -c, Python also searches the current folder.
    process::output(python(tools, "-c").args([SCRIPT, package]).current_dir(folder)).map(drop)
}

/// Returns a command of the Python that has the generators' packages.
fn python(tools: &Tools, arguments: &str) -> Command {
    program(tools.test.generators.join("python"), arguments)
}

/// Returns a command of Go that downloads neither modules nor another version of Go.
fn go(folder: &Path, arguments: &str) -> Command {
    let mut go = program("go", arguments);
    go.env("GOPROXY", "off").env("GOTOOLCHAIN", "local").env("GOFLAGS", "-mod=mod").current_dir(folder);
    go
}
