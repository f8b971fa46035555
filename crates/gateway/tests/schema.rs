//! The JSON Schema of the configuration accepts what the gateway accepts.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Value, json};
use txjobs_gateway::config::{self, GatewayJob, schema};

/// Marks a configuration that only the emulator reads.
const SCRIPT: &str = "[organization.job.script";

fn validator() -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema().as_value()).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
}

/// Returns the blocks of the documentation that are configurations, with their files.
fn documented() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec![root.join("README.md")];
    for folder in ["docs", "docs/guides", "docs/guides/engines", "docs/reference"] {
        pages.extend(fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    let mut found = Vec::new();
    for page in pages.into_iter().filter(|page| page.extension().is_some_and(|name| name == "md")) {
        let text = fs::read_to_string(&page).unwrap();
        for block in text.split("```toml\n").skip(1) {
            let block = block.split("```").next().unwrap();
            let is_configuration = block.contains("[[organization]]") || block.contains("[relay]");
            if is_configuration && !block.contains(SCRIPT) {
                found.push((page.clone(), block.to_owned()));
            }
        }
    }
    found
}

#[test]
fn example_and_documented_configurations_are_valid() {
    let validator = validator();
    let documented = documented();
    assert!(documented.len() >= 4, "{}", documented.len());
    let example = (PathBuf::from("gateway.example.toml"), include_str!("../gateway.example.toml").to_owned());
    for (file, text) in documented.into_iter().chain([example]) {
        let errors: Vec<_> = validator.iter_errors(&json(&text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}\n{text}", file.display());
    }
}

#[test]
fn schema_refuses_what_the_gateway_refuses() {
    let validator = validator();
    let check = |top: &str, job: &str| {
        let text =
            format!("{top}\n[[organization]]\nname = \"a\"\n[[organization.job]]\nname = \"b\"\n{job}\n");
        let is_accepted = config::parse::<GatewayJob>(&text, Path::new("")).is_ok();
        assert_eq!(validator.is_valid(&json(&text)), is_accepted, "{text}");
        is_accepted
    };
    let command = "command = [\"x\"]\n";
    for setting in [
        "",
        "timeout = \"1h30m\"",
        "timeout = \"1.5h\"",
        "timeout = 90",
        "stop_grace = \"90\"",
        "stderr = \"merge\"",
        "id = \"3f2b8c1e-5d47-4a9b-8e60-1c9f2a7d4b35\"",
        "retention = { keep_runs = \"all\", keep_for = \"90d\" }",
        "runs_on = [\"gpu\"]",
        "schedule = \"0 2 * * *\"\ntime_zone = \"UTC\"\ncatch_up = \"none\"",
    ] {
        assert!(check("[retention]\nkeep_runs = 5", &format!("{command}{setting}")), "{setting}");
    }
    for setting in [
        "schedule = 5",
        "schedule = \"@daily\"\ncatch_up = \"all\"",
        "after = []",
        "timeout = \"soon\"",
        "timeout = -1",
        "timeout = true",
        "stderr = \"mix\"",
        "id = \"x\"",
        "completed = []",
        "completed = [\"0\"]",
        "leave_running = 1",
        "retention = { keep_runs = 0 }",
        "retention = { keep_for = \"90\" }",
        "retention = { keep = 1 }",
        "unknown = 1",
        "environment = { a = 1 }",
    ] {
        assert!(!check("", &format!("{command}{setting}")), "{setting}");
    }
    assert!(!check("", ""));
    assert!(!check("", "command = []"));
    assert!(!check("key = \"x\"", command));
    let start = "[organization.job.http.start]\nurl = \"https://a.example/\"\n";
    let poll = "[organization.job.http.poll]\nurl = \"https://a.example/\"\nstate = [\"/s\"]\ncompleted = [10]\nfailed = [\"x\"]\n";
    for (job, more) in [
        ("", ""),
        ("timeout = \"2h\"\nwarning = ['x']\n", "running = [1, \"a\", true]\n"),
        (
            "",
            "[organization.job.http.cancel]\nurl = \"https://a.example/\"\nmethod = \"PATCH\"\nbody = { a = 1 }\n",
        ),
        ("", "[organization.job.http.cancel]\nurl = \"https://a.example/\"\nbody = '{ \"a\": null }'\n"),
        ("", "[organization.job.http.log]\nmessage = [\"/m/*\"]\n"),
        ("", "[organization.job.http.log]\nurl = \"https://a.example/\"\ntext = [\"/m\"]\n"),
    ] {
        assert!(check("", &format!("{job}{start}{poll}{more}")), "{job}{more}");
    }
    for (job, more) in [
        ("directory = \"x\"\n", ""),
        ("completed = [0]\n", ""),
        ("command = [\"x\"]\n", ""),
        ("", "url_from = \"location\"\n"),
        ("", "reason = [\"message\"]\n"),
        ("", "running = [1.5]\n"),
        ("", "not_yet = [99]\n"),
        ("", "[organization.job.http.log]\n"),
        ("", "[organization.job.http.log]\nurl = \"https://a.example/\"\nmessage = [\"/m\"]\n"),
        ("", "[organization.job.http.cancel]\nurl = \"https://a.example/\"\nmethod = \"GET\"\n"),
        ("", "[organization.job.http.cancel]\nurl = \"https://a.example/\"\naccept = [404]\n"),
        ("", "[organization.job.http.cancel]\nurl = \"https://a.example/\"\nbody = 1\n"),
        ("", "[organization.job.http.other]\n"),
    ] {
        assert!(!check("", &format!("{job}{start}{poll}{more}")), "{job}{more}");
    }
    assert!(!check("", start));
    assert!(!check("", poll));
    let table = "[organization.job.kubernetes]\n";
    for (job, keys) in [
        ("", "image = \"x\"\nargs = []\nkeep = \"2h\"\nresources = { cpu = \"1\" }\n"),
        ("completed = [0, 3]\ntimeout = \"2h\"\n", "image = \"x\"\nnamespace = \"etl\"\n"),
    ] {
        // A build without Kubernetes refuses the table, but editors know it.
        let text = format!(
            "[[organization]]\nname = \"a\"\n[[organization.job]]\nname = \"b\"\n{job}{table}{keys}\n"
        );
        assert!(validator.is_valid(&json(&text)), "{text}");
        let parsed = config::parse::<GatewayJob>(&text, Path::new(""));
        let has_feature = cfg!(feature = "kubernetes");
        assert_eq!(parsed.is_ok(), has_feature);
        if let Err(error) = parsed {
            assert!(
                format!("{error:#}").contains("Build the gateway with --features kubernetes"),
                "{error:#}"
            );
        }
    }
    for (job, keys) in [
        ("directory = \"x\"\n", "image = \"x\"\n"),
        ("command = [\"x\"]\n", "image = \"x\"\n"),
        ("", "image = \"x\"\nmanifest = \"y\"\n"),
        ("", "manifest = \"y\"\nargs = []\n"),
        ("", "image = \"x\"\nresources = { gpu = \"1\" }\n"),
        ("", ""),
    ] {
        assert!(!check("", &format!("{job}{table}{keys}")), "{job}{keys}");
    }
    let relay = json!({ "upstream": "https://api.example.com", "callers_key": true });
    assert!(validator.is_valid(&json!({ "relay": relay })));
    let both = json!({ "relay": relay, "organization": [{ "name": "a" }] });
    for file in [
        json!({}),
        json!({ "organization": [] }),
        json!({ "organization": [{}] }),
        json!({ "relay": {} }),
        both,
    ] {
        assert!(!validator.is_valid(&file), "{file}");
    }
}
