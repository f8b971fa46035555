//! Generated requests, on SQLite and PostgreSQL: every response is one of the contract.

use std::path::PathBuf;
use std::process::Command;

use txjobs_sdk::paths;
use txjobs_test_support::{CommandOutput, TestServer, root};

use crate::cluster::Cluster;

/// The ids are those of the examples in the contract.
const JOBS: [(&str, &str, &str); 2] = [
    ("Quick", "echo Done", "id = \"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\""),
    (
        "Slow",
        "for n in 1 2 3 4 5; do echo $n >&2; sleep 0.1; done; exit 1",
        "id = \"9a0c4d7f-2e81-4f36-b5d2-6b1e8f3a0c94\"",
    ),
];

fn schemathesis() -> Command {
    let program = std::env::var_os("TXJOBS_SCHEMATHESIS").map(PathBuf::from);
    Command::new(program.expect("TXJOBS_SCHEMATHESIS is not set: run cargo xtask test native"))
}

fn check(gateway: &TestServer) {
    let mut run = schemathesis();
    run.current_dir(root()).args(["run", "openapi.yaml", "--url", gateway.address(), "--checks", "all"]);
    run.args([
        "--phases",
        "examples,coverage,fuzzing,stateful",
        "--seed",
        "1",
        "--no-color",
        "--max-examples",
        "20",
    ]);
    run.args(["--header", &format!("{}: {}", paths::API_KEY_HEADER, gateway.key())]);
    let output = CommandOutput::of(&mut run);
    assert_eq!(output.code, 0, "{}\n{}", output.stdout, output.stderr);
}

#[test]
fn responses_on_sqlite_conform() {
    let cluster = Cluster::with_url("gateway.db".to_owned(), &JOBS);
    check(&cluster.serve(&[]));
}

#[test]
fn responses_on_postgres_conform() {
    let cluster = Cluster::with_pgbouncer(&JOBS);
    let _runner = cluster.serve(&[]);
    check(&cluster.serve(&["--no-runner"]));
}
