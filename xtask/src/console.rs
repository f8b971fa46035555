//! Building the console, and weighing it.

mod names;
mod served;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};

use crate::{run, setup::BuildTools};

/// Where trunk puts the console.
pub(crate) const DIST: &str = "web/dist";
/// How the names of the program and its script begin.
const PROGRAM: &str = "txjobs-console-";
/// Where wasm-bindgen puts the scripts that the program imports.
const IMPORTED: &str = "snippets";

/// What the console weighs at most on the wire, in bytes of brotli, all files together.
const MOST: usize = 190_000;

/// How the console is compiled beyond its profile, a tenth lighter for it: a panic ends the program at once instead of
/// carrying the words for every one along (`boot.js` tells people), and nothing prints for programmers.
///
/// These flags are not stable. The toolchain is pinned in `rust-toolchain.toml`, so that they mean the same everywhere;
/// without them (plain `trunk build --release`) the console is the same and heavier.
const FLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zfmt-debug=none -Zinline-mir=no -Cllvm-args=--inline-threshold=0";

pub(crate) fn build(tools: &BuildTools) -> Result<()> {
    let mut trunk = Command::new(tools.trunk.join("trunk"));
    // Errors only: its own minifier cannot read what wasm-bindgen writes, and warns of that each time; ours below can.
    trunk.args(["--log", "error", "build", "--release", "--skip-version-check"]);
    trunk.args(["--cargo-profile", "console"]).current_dir("web");
    // Some environments set NO_COLOR=1, which trunk takes for a malformed flag.
    trunk.env("PATH", tools.path()?).env_remove("NO_COLOR");
    // The standard library comes compiled for speed; this compiles it for size, with the flags above.
    trunk.env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTFLAGS");
    trunk
        .env("CARGO_UNSTABLE_BUILD_STD", "std")
        .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size");
    trunk.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", FLAGS);
    run::run(&mut trunk)?;
    let (program, script) = (one("_bg.wasm")?, one(".js")?);
    names::shorten(tools, &program, &script)?;
    minify(tools)?;
    served::join_styles()?;
    served::name_by_content([program, script])?;
    compress()
}

/// The program or its script: the one file of [`DIST`] with a hash and this ending.
fn one(ending: &str) -> Result<PathBuf> {
    let is_it = |file: &Path| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(PROGRAM) && name.ends_with(ending)
    };
    files()?.into_iter().find(|file| is_it(file)).with_context(|| format!("trunk made no *{ending}"))
}

/// Takes comments and long names out of the scripts, in their places, and what nobody asks for out of the program's
/// own; the scripts that it imports become part of it, so that the browser need not ask for each.
fn minify(tools: &BuildTools) -> Result<()> {
    let scripts: Vec<_> = files()?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "js"))
        .filter_map(|file| Some(file.strip_prefix(DIST).ok()?.to_owned()))
        .filter(|file| !file.starts_with(IMPORTED))
        .collect();
    for script in scripts {
        let mut esbuild = Command::new(tools.esbuild.join("esbuild"));
        // wasm-bindgen names an import twice where it is used from two places; the second name is the first.
        esbuild.args(["--minify", "--format=esm", "--log-level=error", "--allow-overwrite"]);
        // Where there is a sign for the end of a scope, its classes would be kept for it.
        esbuild.args(["--bundle", "--define:Symbol.dispose=undefined"]);
        esbuild.arg(&script).arg(format!("--outfile={}", script.display())).current_dir(DIST);
        run::run(&mut esbuild)?;
    }
    let imported = Path::new(DIST).join(IMPORTED);
    if imported.exists() {
        fs::remove_dir_all(&imported)?;
    }
    let page = Path::new(DIST).join("index.html");
    let html = fs::read_to_string(&page)?;
    let kept: Vec<_> =
        html.split_inclusive('>').filter(|tag| !tag.contains(&format!("./{IMPORTED}/"))).collect();
    Ok(fs::write(page, kept.concat())?)
}

/// Writes each file compressed beside it, for hosts that send what is there (`name.br`, `name.gz`).
fn compress() -> Result<()> {
    // Not what people edit: they would leave another one beside it.
    let is_edited = |file: &Path| file.ends_with("index.html") || file.ends_with("config.json");
    for file in files()?.into_iter().filter(|file| !is_edited(file)) {
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        fs::write(beside(&file, "br"), brotli(&content)?)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&content)?;
        fs::write(beside(&file, "gz"), gzip.finish()?)?;
    }
    Ok(())
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Prints what each file weighs compressed by brotli, and fails if that is too much.
pub(crate) fn weigh() -> Result<()> {
    let mut total = 0;
    for file in &files()? {
        let content = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let packed = brotli(&content)?.len();
        total += packed;
        println!("{packed:>8} of {:>8} bytes  {}", content.len(), file.display());
    }
    println!("{total:>8} bytes brotli in all, of at most {MOST}");
    if total > MOST {
        bail!("the console is {} bytes heavier than it may be", total - MOST);
    }
    Ok(())
}

/// The console's files, without their compressed forms.
fn files() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(Path::new(DIST), &mut files)?;
    files.retain(|file| file.extension().is_none_or(|ending| ending != "br" && ending != "gz"));
    if files.is_empty() {
        bail!("{DIST} is empty");
    }
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, 11, 22);
    writer.write_all(content)?;
    drop(writer);
    Ok(packed)
}
