//! Runs the shell blocks of a page, in order, in one shell and one empty folder.

use std::{ffi::OsStr, fmt::Write, fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use super::page::{Content, Page};
use crate::process;

/// Where pages reach a server.
const USUAL_URL: &str = "http://127.0.0.1:8400";
const SERVE: &[&str] = &["txjobs-gateway serve", "txjobs-emulator serve"];

/// Starts a server in the background on a free port, waits for the lines that it prints at its start, and makes it the
/// one that `txjobs` uses. The shell ends it when it ends itself.
const PRELUDE: &str = r#"set -eu
at=0
server=
finish() {
  code=$?
  [ -z "$server" ] || { kill "$server"; wait "$server" || :; }
  [ "$code" = 0 ] || echo "the block at line $at failed" >&2
}
trap finish EXIT
trap 'exit 130' INT TERM
serve() {
  mkfifo .output
  "$@" --listen 127.0.0.1:0 >.output &
  server=$!
  exec 9<.output
  rm .output
  read -r _ _ TXJOBS_DOMAIN <&9
  export TXJOBS_DOMAIN
  case " $* " in *' --demo '*) read -r _ _ DEMO_KEY <&9 ;; esac
  case $1 in txjobs-emulator) read -r _ _ ADMIN_TOKEN <&9 ;; esac
}
"#;

/// The script and the files of a page.
pub(super) struct Session<'a> {
    page: &'a Page,
    script: String,
}

impl<'a> Session<'a> {
    /// Returns the session of a page, or nothing if it runs no block.
    pub(super) fn of(page: &'a Page) -> Option<Self> {
        let mut script = PRELUDE.to_owned();
        let mut is_empty = true;
        for block in &page.blocks {
            if matches!(block.content, Content::Run | Content::Hidden) {
                is_empty &= block.content == Content::Hidden;
                let _ = writeln!(script, "at={}\n{}", block.line, adapt(&block.code));
            }
        }
        (!is_empty).then_some(Self { page, script })
    }

    /// Runs the blocks, and returns what went wrong.
    pub(super) fn run(&self, path: &OsStr, data: &Path) -> Result<Option<String>> {
        ensure!(cfg!(unix), "the blocks of {} need a Unix shell", self.page.path);
        let folder = data.join("session");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        fs::create_dir_all(&folder)?;
        for block in &self.page.blocks {
            if let Content::File(name) = &block.content {
                fs::write(folder.join(name), &block.code)?;
            }
        }
        let mut shell = Command::new("sh");
        // Nothing of the user's own settings, such as a proxy or a key.
        shell.env_clear().env("PATH", path).env("HOME", folder.canonicalize()?);
        shell.env("REPOSITORY", std::env::current_dir()?);
        let result = process::output(shell.args(["-c", &self.script]).current_dir(&folder));
        Ok(result.err().map(|error| format!("{}: {error:#}", self.page.path)))
    }
}

/// Replaces the start of a server and its usual address.
fn adapt(code: &str) -> String {
    let mut adapted = String::new();
    for line in code.lines() {
        if SERVE.iter().any(|serve| line.starts_with(serve)) {
            adapted.push_str("serve ");
        }
        adapted.push_str(&line.replace(USUAL_URL, "$TXJOBS_DOMAIN"));
        adapted.push('\n');
    }
    adapted
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{env, fs, os::unix::fs::PermissionsExt, path::Path};

    use super::{Page, Session};

    /// Runs a page with a program that behaves like a server at its start.
    fn run(text: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let server = folder.path().join("txjobs-gateway");
        let code =
            "#!/bin/sh\necho listening on http://127.0.0.1:1\necho demo key: k\nexec tail -f /dev/null\n";
        fs::write(&server, code).unwrap();
        fs::set_permissions(&server, fs::Permissions::from_mode(0o755)).unwrap();
        let paths =
            [folder.path().to_owned(), Path::new("/usr/bin").to_owned(), Path::new("/bin").to_owned()];
        let page = Page::parse("a.md", text);
        let session = Session::of(&page).unwrap();
        session.run(&env::join_paths(paths).unwrap(), &folder.path().join("data")).unwrap()
    }

    #[test]
    fn blocks_share_a_shell_a_folder_and_a_server() {
        let text = "<!-- file: x.txt -->\n\n```text\nhello\n```\n\n<!-- run -->\n\n```sh\nA=$(cat x.txt)\n```\n\n\
            <!-- run -->\n\n```sh\ntxjobs-gateway serve --demo\n```\n\n<!-- hidden\nB=$DEMO_KEY\n-->\n\n<!-- run -->\n\n\
            ```sh\n[ \"$A$B$TXJOBS_DOMAIN\" = hellokhttp://127.0.0.1:1 ]\n[ http://127.0.0.1:8400/x = http://127.0.0.1:1/x ]\n```\n";
        assert_eq!(run(text), None);
    }

    #[test]
    fn failing_block_is_named() {
        let problem =
            run("<!-- run -->\n\n```sh\ntrue\n```\n\n<!-- run -->\n\n```sh\nfalse\ntrue\n```\n").unwrap();
        assert!(problem.starts_with("a.md: ") && problem.contains("the block at line 9 failed"), "{problem}");
    }

    #[test]
    fn page_without_blocks_to_run_has_no_session() {
        assert!(Session::of(&Page::parse("a.md", "```sh\nls\n```\n\n<!-- hidden\nls\n-->\n")).is_none());
    }
}
