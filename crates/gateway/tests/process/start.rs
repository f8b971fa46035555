//! The command line: what it refuses, and how it says so.

use std::net::TcpListener;
use std::process::Output;

use serde_json::Value;
use txjobs_sdk::paths;

use crate::gateway_process::{Home, shell_jobs};

const CONFIG: &str = r#"
[[organization]]
name = "Contoso"
[[organization.job]]
name = "Load"
command = ["true"]
"#;

fn home() -> Home {
    Home::new(CONFIG)
}

#[track_caller]
fn refused(output: &Output, code: i32, expected: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(expected), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_port_in_use() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let output = home().run(&["serve", "--listen", &address]);
    refused(
        &output,
        1,
        &format!("{address} is in use by another program. Stop that one, or choose another port"),
    );
}

#[test]
fn what_cannot_be_opened_or_read() {
    let home = home();
    let serve = |more: &[&str]| home.run(&[&["serve", "--listen", "127.0.0.1:0"], more].concat());
    refused(
        &serve(&["--config", "none.toml"]),
        1,
        "none.toml cannot be read. Name another one with --config",
    );
    refused(&serve(&["--database", "no/such/folder.db"]), 1, "folder.db cannot be opened. Name another file");
    refused(&serve(&["--database", "gateway.toml"]), 1, "gateway.toml is not a SQLite database.");
    refused(&serve(&["--database", "."]), 1, ". is a directory, not a file.");
    refused(&serve(&["--database", "/dev/null"]), 1, "/dev/null is a device or a pipe, not a file.");
    refused(&serve(&["--database", "postgres://here/db"]), 2, "postgres is not supported");
    refused(&serve(&["--console", "."]), 1, "has no index.html");
    refused(&serve(&["--nonsense"]), 2, "--nonsense");
    std::fs::write(home.path("bad.toml"), CONFIG.replace("command", "http")).unwrap();
    refused(&home.run(&["check", "--config", "bad.toml"]), 1, "unknown field `http`");
    refused(&home.run(&["serve", "--demo", "--listen", "0.0.0.0:0"]), 1, "loopback addresses only");
}

#[tokio::test]
async fn one_gateway_a_database_whatever_its_name() {
    let home = home();
    let gateway = home.serve(&[]);
    std::os::unix::fs::symlink("txjobs-gateway.db", home.path("link.db")).unwrap();
    std::fs::create_dir(home.path("sub")).unwrap();
    std::os::unix::fs::symlink(home.path("link.db"), home.path("sub/link.db")).unwrap();
    let mut names = vec!["txjobs-gateway.db", "link.db", "sub/link.db", "sub/../txjobs-gateway.db"];
    // The lock of the file itself.
    if cfg!(target_os = "linux") {
        std::fs::hard_link(home.path("txjobs-gateway.db"), home.path("sub/hard.db")).unwrap();
        names.push("sub/hard.db");
    }
    for name in names {
        let second = home.run(&["serve", "--listen", "127.0.0.1:0", "--database", name]);
        refused(&second, 1, &format!("Another gateway uses the database {name}."));
    }
    assert_eq!(gateway.run("Load").await["State"], 2);
}

#[tokio::test]
async fn commands_with_another_configuration_change_no_jobs() {
    let home = home();
    let gateway = home.serve(&[]);
    let before = gateway.ask(paths::list_jobs()).await;
    let other = CONFIG.replace("Load", "Other") + &CONFIG.replace("Contoso", "Fabrikam");
    std::fs::write(home.path("other.toml"), other).unwrap();
    let create = |organization, name| {
        let arguments =
            ["keys", "create", "--config", "other.toml", "--organization", organization, "--name", name];
        let created = home.run(&arguments);
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
        String::from_utf8(created.stdout).unwrap().trim().to_owned()
    };
    let (ours, theirs) = (create("Contoso", "second"), create("Fabrikam", "first"));
    assert_eq!(gateway.ask(paths::list_jobs()).await, before, "the caller is not locked out");
    assert_eq!(gateway.ask_as(&ours, paths::list_jobs()).await, before);
    // No gateway serves Fabrikam yet.
    let refusal = gateway.ask_as(&theirs, paths::list_jobs()).await;
    assert_eq!(refusal["Message"], "The API key is missing or wrong.");
    let listed = String::from_utf8(home.run(&["keys", "list"]).stdout).unwrap();
    assert_eq!(listed.matches("(refused until a gateway serves the organization)").count(), 1, "{listed}");
    drop(gateway);

    let gateway = home.serve(&["--config", "other.toml"]);
    assert_eq!(gateway.ask_as(&theirs, paths::list_jobs()).await[0]["Name"], "Load");
    assert_eq!(gateway.ask(paths::list_jobs()).await[0]["Name"], "Other");
}

#[tokio::test]
async fn keys_work_immediately_and_their_number_is_limited() {
    let home = home();
    let gateway = home.serve(&[]);
    assert!(gateway.ask(paths::list_jobs()).await.is_array());
    for name in ["b", "c", "d", "e"] {
        assert!(home.run(&["keys", "create", "--organization", "Contoso", "--name", name]).status.success());
    }
    let create =
        |organization, name| home.run(&["keys", "create", "--organization", organization, "--name", name]);
    refused(&create("Contoso", "f"), 1, "\"Contoso\" has 5 keys, which is the maximum.");
    refused(&create("Contoso", "b"), 1, "has a key named \"b\".");
    refused(&create("Fabrikam", "b"), 1, "Its organizations: \"Contoso\".");

    let listed = String::from_utf8(home.run(&["keys", "list"]).stdout).unwrap();
    assert_eq!(listed.lines().count(), 5);
    assert!(listed.starts_with("Contoso\ttest\t2"), "{listed}");
    assert!(!listed.contains("txg_"));

    assert!(home.run(&["keys", "revoke", "--organization", "Contoso", "--name", "test"]).status.success());
    let answer = gateway.ask(paths::list_jobs()).await;
    assert_eq!(answer["Message"], "The API key is missing or wrong.");
    refused(
        &home.run(&["keys", "revoke", "--organization", "Contoso", "--name", "test"]),
        1,
        "has no key named",
    );
}

#[test]
fn the_example_is_valid() {
    let home = Home::new(include_str!("../../gateway.example.toml"));
    let checked = home.run(&["check"]);
    let listed = String::from_utf8(checked.stdout).unwrap();
    assert!(checked.status.success());
    assert_eq!(listed.lines().count(), 2);
    assert!(listed.contains("Show the date\tcommand [\"date\", \"-u\"]"), "{listed}");
}

#[tokio::test]
async fn demo_key_ends_with_the_demo() {
    let home = Home::new(&shell_jobs(&[("a", "true", "")]));
    let keys = ["keys", "create", "--organization", "Contoso", "--name", "demo"];
    let mine = String::from_utf8(home.run(&keys).stdout).unwrap().trim().to_owned();
    let mut demo_keys = Vec::new();
    for _ in 0..2 {
        // Killed, not stopped.
        let gateway = home.serve(&["--demo"]);
        let config =
            reqwest::get(format!("{}/config.json", gateway.url)).await.unwrap().text().await.unwrap();
        let config: Value = serde_json::from_str(&config).unwrap();
        assert_eq!((&config["name"], &config["domain"]), (&"Contoso".into(), &"./".into()));
        let key = config["demoKey"].as_str().unwrap().to_owned();
        assert_eq!(gateway.ask_as(&key, paths::list_jobs()).await[0]["Name"], "a");
        demo_keys.push(key);
    }
    assert_ne!(demo_keys[0], demo_keys[1]);

    let gateway = home.serve(&[]);
    for key in &demo_keys {
        let refusal = gateway.ask_as(key, paths::list_jobs()).await;
        assert_eq!(refusal["Message"], "The API key is missing or wrong.");
    }
    // A key with this name that a user created is kept.
    assert_eq!(gateway.ask_as(&mine, paths::list_jobs()).await[0]["Name"], "a");
    let listed = String::from_utf8(home.run(&["keys", "list"]).stdout).unwrap();
    assert_eq!(listed.lines().count(), 2, "{listed}");
}

#[tokio::test]
async fn database_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let home = home();
    let _gateway = home.serve(&[]);
    let mut names = Vec::new();
    for file in std::fs::read_dir(home.folder.path()).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        if name.starts_with("txjobs-gateway.db") {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{name}");
            names.push(name);
        }
    }
    assert_eq!(names.len(), 4, "{names:?}");
}
