//! `cargo xtask test clients`: the contract in other languages. Each client is generated anew; the ones in TypeScript,
//! Python and Go are run against a gateway, the ones in C# and PowerShell are parsed.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    gateway::Gateway,
    run::{self, cargo},
    setup,
    tests::{Counts, Tools},
};

/// The examples, and what a reader needs beside them.
pub(crate) const SOURCE: &str = "tests/clients";
/// As deep as `SOURCE`: the commands in its files name the contract by a relative path.
const FOLDER: &str = "target/clients";

/// A language: its folder, the files that are ours in it, and how its client is made and tried.
type Language = (&'static str, &'static [&'static str], fn(&Path, &Tools, &Gateway) -> Result<()>);

const LANGUAGES: &[Language] = &[
    ("typescript", &["package.json", "tsconfig.json", "run_job.ts"], typescript),
    ("python", &["run_job.py"], python),
    ("python-openapi-generator", &["generator.yaml", "run_job.py"], other_python),
    ("go", &["generator.yaml", "go.mod", "run_job.go"], go),
    ("csharp", &["generator.yaml", "RunJob.cs"], openapi_generator),
    ("powershell", &["generator.yaml", "run-job.ps1"], openapi_generator),
];

/// The jobs of `fuzz.toml`: a line of the log, the outcome, and the example's exit code.
const RUNS: &[(&str, &str, &str, i32)] =
    &[("Quick", "information  Done", "completed", 0), ("Slow", "warning  Step 50", "failed", 1)];

pub(crate) fn run(tools: &Tools) -> Result<Counts> {
    run::run(cargo().args(["build", "--package", "txjobs-emulator"]))?;
    let root = Path::new(FOLDER);
    if root.exists() {
        fs::remove_dir_all(root).with_context(|| format!("cannot remove {FOLDER}"))?;
    }
    fs::create_dir_all(root).with_context(|| format!("cannot make {FOLDER}"))?;
    let server = Gateway::for_tests("xtask/demo/fuzz.toml", root)?;
    let mut counts = Counts::default();
    let mut count = |name: &str, result: Result<()>| match result {
        Ok(()) => counts.passed += 1,
        Err(error) => {
            println!("{name}: {error:#}");
            counts.failed += 1;
        }
    };
    for (language, files, check) in LANGUAGES {
        let folder = root.join(language);
        let result = copy(language, files, &folder)
            .and_then(|()| check(&folder, tools, &server))
            .and_then(|()| parse(language, &folder, tools));
        count(language, result);
    }
    count("admin.yaml", admin(root, tools));
    server.stop()?;
    Ok(counts)
}

fn typescript(folder: &Path, tools: &Tools, server: &Gateway) -> Result<()> {
    // Node looks for packages beside the program. A junction needs no rights on Windows; elsewhere it is a plain link.
    let link = "fs.symlinkSync(process.argv[1], 'node_modules', 'junction')";
    run::output(
        Command::new("node").args(["--eval", link]).arg(&tools.test.node_modules).current_dir(folder),
    )?;
    for script in ["generate", "build"] {
        run::output(setup::npm().args(["run", "--silent", script]).current_dir(folder))?;
    }
    try_out(folder, server, || {
        let mut example = Command::new("node");
        example.arg("run_job.js");
        example
    })
}

fn python(folder: &Path, tools: &Tools, server: &Gateway) -> Result<()> {
    let generators = &tools.test.generators;
    let mut generate = Command::new(generators.join("openapi-python-client"));
    generate.args(["generate", "--path", "../../../openapi.yaml", "--fail-on-warning"]);
    // The package alone, under a name of its own: the title's would be time_xtender_jobs_api_client.
    generate.args(["--meta", "none", "--output-path", "timextender_jobs"]);
    // It formats what it made with a program beside it.
    generate.env("PATH", run::path_with([generators.as_path()])?);
    run::output(generate.current_dir(folder))?;
    try_out(folder, server, || {
        let mut example = Command::new(generators.join("python"));
        example.arg("run_job.py");
        example
    })
}

/// Tests another generator for Python, because generators accept different contracts.
fn other_python(folder: &Path, tools: &Tools, server: &Gateway) -> Result<()> {
    openapi_generator(folder, tools, server)?;
    import_all(&folder.join("client"), "timextender_jobs", tools)?;
    try_out(folder, server, || {
        let mut example = Command::new(tools.test.generators.join("python"));
        example.arg("run_job.py");
        example
    })
}

/// Imports every module of a package, also unused ones.
fn import_all(folder: &Path, package: &str, tools: &Tools) -> Result<()> {
    const SCRIPT: &str = "import importlib, pkgutil, sys\n\
        package = importlib.import_module(sys.argv[1])\n\
        for module in pkgutil.walk_packages(package.__path__, sys.argv[1] + '.'): importlib.import_module(module.name)";
    let mut import = Command::new(tools.test.generators.join("python"));
    // With -c, Python looks for packages in the current folder.
    run::output(import.args(["-c", SCRIPT, package]).current_dir(folder)).map(drop)
}

fn go(folder: &Path, tools: &Tools, server: &Gateway) -> Result<()> {
    openapi_generator(folder, tools, server)?;
    let program = format!("run_job{}", std::env::consts::EXE_SUFFIX);
    run::output(go_command(folder).args(["vet", "./..."]))?;
    run::output(go_command(folder).args(["build", "-o", &program]))?;
    let program = folder.join(program).canonicalize()?;
    try_out(folder, server, || Command::new(&program))
}

/// Runs Go with its standard library only: it may download neither modules nor another toolchain.
fn go_command(folder: &Path) -> Command {
    let mut go = Command::new("go");
    go.env("GOPROXY", "off").env("GOTOOLCHAIN", "local").env("GOFLAGS", "-mod=mod").current_dir(folder);
    go
}

/// Generates clients from the emulator's contract, too, in the two languages that are the strictest about names.
fn admin(root: &Path, tools: &Tools) -> Result<()> {
    let generate = |language: &str, options: &str| {
        let folder = root.join("admin").join(language);
        let mut generate = Command::new(tools.test.generators.join("openapi-generator-cli"));
        generate.args([
            "generate",
            "--input-spec",
            "crates/emulator/admin.yaml",
            "--generator-name",
            language,
        ]);
        generate.args(["--global-property", "apiTests=false,modelTests=false"]);
        generate.args(["--additional-properties", options]).arg("--output").arg(&folder);
        run::output(&mut generate).map(|_| folder)
    };
    import_all(&generate("python", "packageName=txjobs_admin")?, "txjobs_admin", tools)?;
    // Without the discriminator it would need a package that is not in Go's standard library.
    let folder = generate("go", "packageName=admin,useOneOfDiscriminatorLookup=true")?;
    run::output(go_command(&folder).args(["vet", "."])).map(drop)
}

fn openapi_generator(folder: &Path, tools: &Tools, _: &Gateway) -> Result<()> {
    let mut generate = Command::new(tools.test.generators.join("openapi-generator-cli"));
    generate.args(["generate", "--config", "generator.yaml"]);
    run::output(generate.current_dir(folder)).map(drop)
}

/// Every file is of its language, and every enumeration has the contract's words.
fn parse(language: &str, folder: &Path, tools: &Tools) -> Result<()> {
    let mut parse = Command::new(tools.test.generators.join("python"));
    parse.arg(Path::new(SOURCE).join("parse.py")).arg(language).arg(folder).arg("openapi.yaml");
    print!("{}", run::output(&mut parse)?);
    Ok(())
}

fn copy(language: &str, files: &[&str], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for file in files {
        let source = Path::new(SOURCE).join(language).join(file);
        fs::copy(&source, folder.join(file)).with_context(|| format!("cannot copy {}", source.display()))?;
    }
    Ok(())
}

/// Runs an example with a job that ends well and one that fails.
fn try_out(folder: &Path, server: &Gateway, example: impl Fn() -> Command) -> Result<()> {
    for (job, line, outcome, code) in RUNS {
        let mut example = example();
        example.arg(job).env("TXJOBS_DOMAIN", &server.address).env("TXJOBS_API_KEY", &server.key);
        let (ended, said) = finish(example.current_dir(folder), &folder.join("said"))?;
        let (list, rest) = said
            .split_once("started, trigger id ")
            .with_context(|| format!("the example did not start {job}; it said\n{said}"))?;
        for (other, ..) in RUNS {
            ensure!(
                list.contains(&format!("  {other}\n")),
                "the example does not list the job {other}; it said\n{said}"
            );
        }
        ensure!(
            rest.contains(&format!("  {line}\n")),
            "the example does not print {line:?} of {job}; it said\n{said}"
        );
        let last = rest.lines().last().unwrap_or_default();
        ensure!(last == format!("outcome: {outcome}"), "{job} is {outcome}, and the example said\n{said}");
        ensure!(
            ended.code() == Some(*code),
            "the example ended with {ended} and not with {code} after {job}"
        );
    }
    Ok(())
}

/// How a program ended and what it said. It has a minute: an example that waits for ever would hold up the tests.
fn finish(command: &mut Command, said: &Path) -> Result<(ExitStatus, String)> {
    let output = File::create(said).with_context(|| format!("cannot make {}", said.display()))?;
    command.stdin(Stdio::null()).stderr(output.try_clone()?).stdout(output);
    let mut child = command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    let start = Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > Duration::from_secs(60) {
            child.kill()?;
            child.wait()?;
            bail!("the example did not end within a minute; it said\n{}", fs::read_to_string(said)?);
        }
        thread::sleep(Duration::from_millis(50));
    };
    // Windows ends lines in two signs.
    Ok((ended, fs::read_to_string(said)?.replace("\r\n", "\n")))
}
