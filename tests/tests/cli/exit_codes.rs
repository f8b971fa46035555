//! The exit codes in the help, in the documentation and in the JSON schema are the same list.

use std::fs;

use txjobs_test_support::{CommandOutput, cli::txjobs_command_for, root};

#[test]
fn exit_codes_are_the_same_everywhere() {
    let help = CommandOutput::of(&mut txjobs_command_for("127.0.0.1:1", &["--help"])).expect_success();
    let code = |line: &str| line.split_whitespace().next()?.parse::<u8>().ok();
    let in_help: Vec<_> = help
        .lines()
        .skip_while(|line| !line.starts_with("Exit codes:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(code)
        .collect();
    assert_eq!(in_help, [0, 1, 2, 3, 4, 5, 6, 7, 129, 130, 143]);

    let reference = fs::read_to_string(root().join("docs/reference/txjobs.md")).unwrap();
    let table = reference.split("## Exit codes").nth(1).unwrap();
    let in_reference: Vec<_> =
        table.lines().filter_map(|line| line.strip_prefix("| ")).filter_map(code).collect();
    assert_eq!(in_reference, in_help);

    let schema = fs::read_to_string(root().join("docs/reference/txjobs-output.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let in_schema: Vec<_> = schema["$defs"]["ExitCode"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| u8::try_from(code["const"].as_u64().unwrap()).unwrap())
        .collect();
    assert_eq!(in_schema, in_help);
}
