//! The unit for systemd.

use std::process::Command;

use txjobs_test_support::{CommandOutput, Program};

use crate::arguments::assert_accepted;
use crate::files;

const UNIT: &str = "txjobs-gateway.service";
const INSTALLED: &str = "/usr/local/bin/txjobs-gateway";

/// The highest exposure, of 100, that `systemd-analyze security` may compute. It calls a unit below 50 "OK".
const MAX_EXPOSURE: &str = "--threshold=25";

fn unit() -> String {
    files::read(&format!("systemd/{UNIT}"))
}

/// Runs `systemd-analyze` on the unit, with the path of the program that this test was built with.
fn analyze(arguments: &[&str]) -> CommandOutput {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(UNIT);
    std::fs::write(&file, unit().replace(INSTALLED, Program::Gateway.path().to_str().unwrap())).unwrap();
    CommandOutput::of(Command::new("systemd-analyze").args(arguments).arg(file))
}

#[test]
fn systemd_accepts_the_unit() {
    let output = analyze(&["verify", "--man=no"]);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{}", output.stdout);
}

#[test]
fn unit_is_hardened() {
    let output = analyze(&["security", "--offline=true", "--no-pager", MAX_EXPOSURE]);
    assert_eq!(output.code, 0, "{}", output.stdout);
}

#[test]
fn arguments_of_the_unit_are_accepted() {
    let unit = unit();
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let arguments: Vec<_> = start.split(' ').map(str::to_owned).collect();
    assert_eq!(arguments[0], INSTALLED);
    assert_accepted(&arguments[1..]);
}
