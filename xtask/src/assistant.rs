//! A step of `cargo xtask test` that calls the tools of `txjobs mcp` with an official client of the Model Context Protocol.

use anyhow::Result;

use crate::{
    counts::Counts,
    emulator::Emulator,
    process::{self, program},
    setup::Tools,
    workspace,
};

const FOLDER: &str = "target/assistant";
const PROGRAM: &str = "target/debug/txjobs";

pub(crate) fn check(tools: &Tools) -> Result<Counts> {
    workspace::build()?;
    let root = workspace::empty_folder(FOLDER)?;
    let server = Emulator::with_jobs("xtask/demo/fuzz.toml", root)?;
    let mut test = program("node", "--test tests/mcp/assistant.test.cjs");
    test.env("NODE_PATH", &tools.test.mcp_modules).env("TXJOBS", PROGRAM);
    test.env("TXJOBS_DOMAIN", &server.address).env("TXJOBS_API_KEY", &server.key);
    process::output(&mut test)?;
    server.stop()?;
    Ok(Counts::ONE_PASSED)
}
