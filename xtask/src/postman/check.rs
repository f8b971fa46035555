//! The collection, run by newman against a gateway and against a server that knows nothing of txjobs.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{
    FILE, collection,
    spec::{Spec, fits},
    text,
    vendor::Vendor,
    write,
};
use crate::{
    gateway::Gateway,
    run::{self, cargo},
    tests::{Counts, Tools},
};

pub(crate) fn check(tools: &Tools) -> Result<Counts> {
    let spec = Spec::read()?;
    write(Path::new(FILE), &text(&spec)?)?;
    run::run(cargo().args(["build", "--package", "txjobs-emulator"]))?;
    let data = Path::new("target").join(format!("postman-{}", std::process::id()));
    fs::create_dir_all(&data)?;
    let result = against_gateway(&data, &spec, tools).and_then(|()| against_vendor(&data, &spec, tools));
    fs::remove_dir_all(&data)?;
    result.map(|()| Counts::ONE)
}

/// Every request is sent, and answered as the contract says.
fn against_gateway(data: &Path, spec: &Spec, tools: &Tools) -> Result<()> {
    let server = Gateway::for_tests("xtask/demo/postman.toml", data)?;
    let sent = newman(data, spec, tools, &server.address, &server.key)?;
    server.stop()?;
    let all: Vec<_> = spec.operations()?.iter().map(|operation| operation.path.to_owned()).collect();
    same(&sent, &all, "a gateway")
}

/// What is not in the vendor's article is not sent.
fn against_vendor(data: &Path, spec: &Spec, tools: &Tools) -> Result<()> {
    let vendor = Vendor::start(spec)?;
    newman(data, spec, tools, vendor.address(), "a key of the vendor's")?;
    let operations = spec.operations()?;
    let known = operations.iter().filter(|operation| !operation.is_extension);
    let known: Vec<_> = known.map(|operation| operation.path.to_owned()).collect();
    same(&vendor.asked(), &known, "a server without extensions")
}

fn same(sent: &[String], wanted: &[String], to: &str) -> Result<()> {
    let sorted = |of: &[String]| {
        let mut of = of.to_vec();
        of.sort();
        of
    };
    if sorted(sent) != sorted(wanted) {
        bail!("{to} was sent {sent:?} and not {wanted:?}");
    }
    Ok(())
}

/// Runs the whole collection, and tells the paths of the contract to which it sent something.
fn newman(data: &Path, spec: &Spec, tools: &Tools, address: &str, key: &str) -> Result<Vec<String>> {
    // Everybody on a machine sees the command lines of its programs: the key goes into a file, which goes away.
    let environment = data.join("environment.json");
    let (key_variable, _) = collection::key(spec)?;
    let values = [(key_variable, key), (collection::DOMAIN, address)];
    let values = values.map(|(key, value)| json!({ "key": key, "value": value, "enabled": true }));
    fs::write(&environment, json!({ "name": "test", "values": values }).to_string())?;

    let report = data.join("report.json");
    let mut newman = Command::new(tools.test.newman.join("newman"));
    newman
        .args(["run", FILE, "--color", "off", "--timeout-request", "10000", "--environment"])
        .arg(environment);
    // The runner picks a run up in between.
    newman.args(["--delay-request", "200", "--reporters", "cli,json", "--reporter-json-export"]).arg(&report);
    run::run(newman.stdin(Stdio::null()))?;

    let report: Value = serde_json::from_str(&fs::read_to_string(&report)?)?;
    let stats = &report["run"]["stats"];
    let number = |what: &str, how: &str| stats[what][how].as_u64().context("newman's report has no numbers");
    if number("assertions", "total")? == 0 {
        bail!("the collection tested nothing");
    }
    for what in ["assertions", "requests", "scripts", "prerequestScripts", "testScripts"] {
        if number(what, "failed")? > 0 {
            bail!("{} {what} failed, and newman did not say so", number(what, "failed")?);
        }
    }
    let executions = report["run"]["executions"].as_array().context("newman's report has no executions")?;
    let sent = executions.iter().filter(|execution| execution["response"].is_object());
    sent.map(|execution| answered(spec, execution)).collect()
}

/// The path of the contract that this request was for. What its last piece names must be in the answer: an id that a
/// script took from the wrong place may still be answered with 200, and nothing.
fn answered(spec: &Spec, execution: &Value) -> Result<String> {
    let pieces = execution["request"]["url"]["path"].as_array().context("a request without a path")?;
    let pieces: Vec<_> = pieces.iter().map(|piece| piece.as_str().unwrap_or_default()).collect();
    let path = format!("/{}", pieces.join("/"));
    let operations = spec.operations()?;
    let operation = operations.iter().find(|operation| fits(operation.path, &path));
    let template = operation.with_context(|| format!("{path} is not in the contract"))?.path;
    if template.ends_with('}') {
        let bytes: Vec<u8> = serde_json::from_value(execution["response"]["stream"]["data"].clone())?;
        let (id, body) = (pieces.last().context("an empty path")?, String::from_utf8(bytes)?);
        if !body.contains(id) {
            bail!("the answer to {path} is not about that: {body}");
        }
    }
    Ok(template.to_owned())
}
