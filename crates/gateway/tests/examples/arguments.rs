//! Arguments of the gateway in examples.

use std::process::Command;

use txjobs_test_support::{CommandOutput, Program};

/// Lets the gateway parse arguments. It prints its help instead of doing what they say.
fn parse(arguments: &[String]) -> CommandOutput {
    CommandOutput::of(Command::new(Program::Gateway.path()).args(arguments).arg("--help"))
}

/// Asserts that the gateway has all these options.
#[track_caller]
pub fn assert_accepted(arguments: &[String]) {
    let output = parse(arguments);
    assert!(output.code == 0 && output.stdout.contains("Usage: txjobs-gateway serve"), "{output:?}");
}

#[test]
fn unknown_option_is_refused() {
    let arguments = ["serve", "--listen", "0.0.0.0:8400", "--unknown"].map(str::to_owned);
    assert_eq!(parse(&arguments).code, 2);
    assert_accepted(&arguments[..3]);
}
