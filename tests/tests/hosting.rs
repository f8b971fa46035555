//! The configurations of hosts: all have the same policy, and compressed files have the content of the files.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use txjobs_test_support::{console::console_gateway, root};

const JOBS: &str = "[[organization]]\nname = \"Test\"\n";
/// The directive that works only in a header.
const HEADER_DIRECTIVE: &str = "; frame-ancestors 'none'";

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Returns the text between the first `start` and the next `end`.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split_once(start).unwrap_or_else(|| panic!("no {start}")).1.split_once(end).unwrap().0
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn every_host_sends_the_same_policy() {
    let gateway = console_gateway(JOBS);
    let headers = gateway.get("/").await.headers;
    let policy = headers["content-security-policy"].to_str().unwrap();

    let page = read("web/index.html");
    let meta = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert_eq!(format!("{meta}{HEADER_DIRECTIVE}"), policy, "web/index.html");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");

    let nginx = read("web/hosting/nginx.conf");
    let azure: Value = serde_json::from_str(&read("web/hosting/staticwebapp.config.json")).unwrap();
    let names = azure["globalHeaders"].as_object().unwrap();
    for (name, value) in names.iter().filter(|(name, _)| *name != "Cache-Control") {
        let header = headers[name.as_str()].to_str().unwrap();
        assert_eq!(value, header, "{name} in staticwebapp.config.json");
        let line = nginx.lines().find(|line| line.contains(&format!("add_header {name} ")));
        let line = line.unwrap_or_else(|| panic!("nginx.conf has no {name}"));
        assert!(line.contains(header), "{name} in nginx.conf: {line}");
    }
    assert_eq!(names.len(), 7);
}

#[test]
fn compressed_files_have_the_content_of_the_files() {
    let dist = root().join("web/dist");
    let names = files_in(&dist);
    let is = |path: &Path, ending: &str| path.extension().is_some_and(|found| found == ending);
    let files: Vec<_> = names.iter().filter(|path| !is(path, "br") && !is(path, "gz")).collect();
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        let (br, gz) = (format!("{}.br", file.display()), format!("{}.gz", file.display()));
        if file.ends_with("index.html") || file.ends_with("config.json") {
            assert!(
                fs::metadata(br).is_err() && fs::metadata(gz).is_err(),
                "a compressed copy of a file that users edit"
            );
            continue;
        }
        let content = fs::read(file).unwrap();
        // Node decompresses both formats.
        let unpack = "const z = require('zlib'), f = require('fs').readFileSync; \
                      process.stdout.write(process.argv[1].endsWith('br') ? z.brotliDecompressSync(f(process.argv[1])) \
                      : z.gunzipSync(f(process.argv[1])))";
        for packed in [br, gz] {
            let unpacked = Command::new("node").args(["--eval", unpack, &packed]).output().unwrap();
            assert!(
                unpacked.stdout == content,
                "{packed} has other content: {}",
                String::from_utf8_lossy(&unpacked.stderr)
            );
        }
    }
}
