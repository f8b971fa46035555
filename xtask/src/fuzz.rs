//! Steps of `cargo xtask test` in which schemathesis generates requests from a contract and compares the responses of a
//! running emulator with it.

use std::{fs, path::Path, process::Command};

use anyhow::Result;

use crate::{
    counts::Counts,
    emulator::Emulator,
    process::{self, program},
    setup::Tools,
    workspace,
};

pub(crate) fn check_contract(tools: &Tools) -> Result<Counts> {
    with_data_folder(|data| {
        let server = Emulator::with_jobs("xtask/demo/fuzz.toml", data)?;
        let mut fuzz = schemathesis(tools, "openapi.yaml", &server, 40);
        process::run(fuzz.args(["--header", &format!("apiKey: {}", server.key)]))?;
        server.stop()
    })
}

pub(crate) fn check_admin(tools: &Tools) -> Result<Counts> {
    with_data_folder(|data| {
        let server = Emulator::without_jobs(data)?;
        let mut fuzz = schemathesis(tools, "crates/emulator/admin.yaml", &server, 10);
        process::run(fuzz.args(["--header", &format!("Authorization: Bearer {}", server.key)]))?;
        server.stop()
    })
}

fn with_data_folder(fuzz: impl FnOnce(&Path) -> Result<()>) -> Result<Counts> {
    workspace::build()?;
    let data = Path::new("target").join(format!("fuzz-{}", std::process::id()));
    fs::create_dir_all(&data)?;
    let result = fuzz(&data);
    fs::remove_dir_all(&data)?;
    result.map(|()| Counts::ONE_PASSED)
}

fn schemathesis(tools: &Tools, contract: &str, server: &Emulator, examples: u32) -> Command {
    let arguments = format!(
        "run {contract} --url {} --checks all --seed 1 --no-color --max-examples {examples}",
        server.address
    );
    program(tools.test.python.join("schemathesis"), &arguments)
}
