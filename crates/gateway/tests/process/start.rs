//! Errors of the command line, and keys.

use txjobs_sdk::paths;
use txjobs_test_support::{CommandOutput, ServerFolder, free_port, shell_jobs};

const CONFIG: &str = r#"
[[organization]]
name = "Contoso"
[[organization.job]]
name = "Load"
command = ["true"]
"#;

fn folder() -> ServerFolder {
    ServerFolder::gateway(CONFIG)
}

#[track_caller]
fn assert_fails(output: &CommandOutput, code: i32, expected: &str) {
    assert_eq!(output.code, code, "{output:?}");
    assert!(output.stderr.contains(expected), "{output:?}");
    assert!(output.stdout.is_empty());
}

#[test]
fn port_in_use_is_reported() {
    let (_listener, address) = free_port();
    let address = address.to_string();
    let output = folder().run(&["serve", "--listen", &address]);
    assert_fails(
        &output,
        1,
        &format!("{address} is in use by another program. Stop that one, or choose another port"),
    );
}

#[test]
fn file_that_cannot_be_read_is_reported() {
    let folder = folder();
    let serve = |more: &[&str]| folder.run(&[&["serve", "--listen", "127.0.0.1:0"], more].concat());
    assert_fails(&serve(&["--config", "none.toml"]), 1, "Write this file, or name another one with --config");
    assert_fails(
        &serve(&["--database", "no/such/folder.db"]),
        1,
        "folder.db cannot be opened. Name another file",
    );
    assert_fails(&serve(&["--database", "gateway.toml"]), 1, "gateway.toml is not a SQLite database.");
    assert_fails(&serve(&["--database", "."]), 1, ". is a directory, not a file.");
    assert_fails(&serve(&["--database", "/dev/null"]), 1, "/dev/null is a device or a pipe, not a file.");
    assert_fails(&serve(&["--database", "mysql://here/db"]), 2, "mysql is not supported");
    assert_fails(
        &serve(&["--database", "postgres://me:hidden@[x"]),
        2,
        "write postgres://USER@HOST:PORT/DATABASE",
    );
    assert_fails(
        &serve(&["--database", "postgres://me:hidden@127.0.0.1:1/db"]),
        1,
        "The database postgres://127.0.0.1:1/db cannot be used.",
    );
    assert_fails(&serve(&["--console", "."]), 1, "has no index.html");
    assert_fails(&serve(&["--nonsense"]), 2, "--nonsense");
    std::fs::write(folder.file("bad.toml"), CONFIG.replace("command", "program")).unwrap();
    assert_fails(&folder.run(&["check", "--config", "bad.toml"]), 1, "`program` is unknown");
    assert_fails(&folder.run(&["serve", "--demo", "--listen", "0.0.0.0:0"]), 1, "loopback addresses only");
}

#[tokio::test]
async fn database_has_one_gateway_under_all_its_names() {
    let folder = folder();
    let gateway = folder.serve(&[]);
    std::os::unix::fs::symlink("txjobs-gateway.db", folder.file("link.db")).unwrap();
    std::fs::create_dir(folder.file("sub")).unwrap();
    std::os::unix::fs::symlink(folder.file("link.db"), folder.file("sub/link.db")).unwrap();
    let mut names = vec!["txjobs-gateway.db", "link.db", "sub/link.db", "sub/../txjobs-gateway.db"];
    // A hard link has another path. Only the lock of the file protects it.
    if cfg!(target_os = "linux") {
        std::fs::hard_link(folder.file("txjobs-gateway.db"), folder.file("sub/hard.db")).unwrap();
        names.push("sub/hard.db");
    }
    for name in names {
        let second = folder.run(&["serve", "--listen", "127.0.0.1:0", "--database", name]);
        assert_fails(&second, 1, &format!("Another gateway uses the database {name}."));
    }
    assert_eq!(gateway.run("Load").await["State"], 2);
}

#[tokio::test]
async fn commands_with_another_configuration_change_no_jobs() {
    let folder = folder();
    let gateway = folder.serve(&[]);
    let before = gateway.call(paths::list_jobs()).await.json();
    let other = [CONFIG.replace("Load", "Other"), CONFIG.replace("Contoso", "Fabrikam")].concat();
    std::fs::write(folder.file("other.toml"), other).unwrap();
    let create = |organization, name| {
        let arguments =
            ["keys", "create", "--config", "other.toml", "--organization", organization, "--name", name];
        folder.run(&arguments).expect_success().trim().to_owned()
    };
    let (contoso, fabrikam) = (create("Contoso", "second"), create("Fabrikam", "first"));
    assert_eq!(gateway.call(paths::list_jobs()).await.json(), before, "the key still works");
    assert_eq!(gateway.call_as(&contoso, paths::list_jobs()).await.json(), before);
    // No gateway serves Fabrikam yet.
    let refusal = gateway.call_as(&fabrikam, paths::list_jobs()).await.json();
    assert_eq!(refusal["Message"], "The API key is missing or wrong.");
    let listed = folder.run(&["keys", "list"]).expect_success();
    assert_eq!(listed.matches("\trefused until a gateway serves the organization\n").count(), 1, "{listed}");
    drop(gateway);

    let gateway = folder.serve(&["--config", "other.toml"]);
    assert_eq!(gateway.call_as(&fabrikam, paths::list_jobs()).await.json()[0]["Name"], "Load");
    assert_eq!(gateway.call(paths::list_jobs()).await.json()[0]["Name"], "Other");
}

#[tokio::test]
async fn keys_work_immediately_and_their_number_is_limited() {
    let folder = folder();
    let gateway = folder.serve(&[]);
    assert!(gateway.call(paths::list_jobs()).await.json().is_array());
    for name in ["b", "c", "d", "e"] {
        folder.run(&["keys", "create", "--organization", "Contoso", "--name", name]).expect_success();
    }
    let create =
        |organization, name| folder.run(&["keys", "create", "--organization", organization, "--name", name]);
    assert_fails(&create("Contoso", "f"), 1, "\"Contoso\" has 5 keys, which is the maximum.");
    assert_fails(&create("Contoso", "b"), 1, "has a key named \"b\".");
    assert_fails(&create("Fabrikam", "b"), 1, "Its organizations: \"Contoso\".");

    let listed = folder.run(&["keys", "list"]).expect_success();
    assert_eq!(listed.lines().count(), 5);
    assert!(listed.starts_with("Contoso\ttest\t2"), "{listed}");
    assert!(!listed.contains("txg_"));

    folder.run(&["keys", "revoke", "--organization", "Contoso", "--name", "test"]).expect_success();
    let refusal = gateway.call(paths::list_jobs()).await.json();
    assert_eq!(refusal["Message"], "The API key is missing or wrong.");
    assert_fails(
        &folder.run(&["keys", "revoke", "--organization", "Contoso", "--name", "test"]),
        1,
        "has no key named",
    );
}

#[test]
fn example_configuration_is_valid() {
    let folder = ServerFolder::gateway(include_str!("../../gateway.example.toml"));
    let listed = folder.run(&["check"]).expect_success();
    assert_eq!(listed.lines().count(), 2);
    assert!(listed.contains("Show the date\tcommand [\"date\", \"-u\"]"), "{listed}");
}

#[tokio::test]
async fn demo_key_is_refused_after_the_demo() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("a", "true", "")]));
    let keys = ["keys", "create", "--organization", "Contoso", "--name", "demo"];
    let created_key = folder.run(&keys).expect_success().trim().to_owned();
    let mut demo_keys = Vec::new();
    for _ in 0..2 {
        // The gateway is killed at the end of the loop, so it cannot remove its demo key.
        let gateway = folder.serve(&["--demo"]);
        let config = gateway.get("/config.json").await.json();
        assert_eq!((&config["name"], &config["domain"]), (&"Contoso".into(), &"./".into()));
        let key = config["demoKey"].as_str().unwrap().to_owned();
        assert_eq!(gateway.call_as(&key, paths::list_jobs()).await.json()[0]["Name"], "a");
        demo_keys.push(key);
    }
    assert_ne!(demo_keys[0], demo_keys[1]);

    let gateway = folder.serve(&[]);
    for key in &demo_keys {
        let refusal = gateway.call_as(key, paths::list_jobs()).await.json();
        assert_eq!(refusal["Message"], "The API key is missing or wrong.");
    }
    // A key with this name that a user created still works.
    assert_eq!(gateway.call_as(&created_key, paths::list_jobs()).await.json()[0]["Name"], "a");
    let listed = folder.run(&["keys", "list"]).expect_success();
    assert_eq!(listed.lines().count(), 2, "{listed}");
}

#[tokio::test]
async fn database_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder();
    let _gateway = folder.serve(&[]);
    let mut names = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        if name.starts_with("txjobs-gateway.db") {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{name}");
            names.push(name);
        }
    }
    assert_eq!(names.len(), 4, "{names:?}");
}
