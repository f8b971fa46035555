//! Servers of other projects that end with the test program, even if it is killed, and that refuse to run as root.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};

use tempfile::TempDir;

use crate::ports::restartable_port;
use crate::wait::MAX_WAIT;

/// Starts a server and prints its process ID. When standard input ends, ends the server with a signal.
///
/// Standard input ends when the test program ends, for whatever reason. The script then also removes the folder of the server.
/// A line on standard input keeps the folder.
const SCRIPT: &str = r#"
    signal=$1 folder=$2
    shift 2
    "$@" >&2 &
    server=$!
    exec 2>/dev/null
    echo "$server"
    read -r keep
    kill -s "$signal" "$server"
    # A paused server handles the signal when it continues.
    kill -s CONT "$server"
    wait "$server"
    [ -n "$keep" ] || rm -rf "$folder"
"#;

/// Maximum number of ports on which a server is tried to start.
const MAX_STARTS: usize = 10;

/// A temporary folder of a server. If the test runs as root, the folder belongs to an unprivileged user.
#[derive(Debug)]
pub(crate) struct UnprivilegedFolder {
    folder: TempDir,
    /// The user and the group of the server, if they are not those of the test.
    owner: Option<(u32, u32)>,
}

impl UnprivilegedFolder {
    /// Creates an empty folder.
    pub(crate) fn new() -> Self {
        let folder = TempDir::with_prefix("txjobs-").unwrap();
        let is_root = fs::metadata(folder.path()).unwrap().uid() == 0;
        let owner = is_root.then(unprivileged_user);
        let folder = Self { folder, owner };
        folder.change_owner(folder.path());
        folder
    }

    /// Returns the path of the folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        self.change_owner(&path);
        path
    }

    /// Returns a command that runs in the folder as its owner.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(self.path()).env("LC_ALL", "C");
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn change_owner(&self, path: &Path) {
        if let Some((user, group)) = self.owner {
            chown(path, Some(user), Some(group)).unwrap();
        }
    }
}

/// Returns the user and the group of `postgres`, or else of `nobody`.
fn unprivileged_user() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let mut fields =
            users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":"))?.split(':');
        Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody")).expect("/etc/passwd has the user postgres or nobody")
}

/// The log of a server, which several processes may write one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerLog(Arc<Mutex<String>>);

impl ServerLog {
    /// Returns all lines.
    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }

    fn append(&self, line: &str) {
        writeln!(self.0.lock().unwrap(), "{line}").unwrap();
    }
}

/// A running server. It ends when this is dropped, and when the test program ends.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    shell: Child,
    pid: u32,
}

impl ServerProcess {
    /// Starts a server, and waits until a line of its log contains `ready`. `stop_signal` will end it.
    ///
    /// # Errors
    ///
    /// The server ends before, or is not ready after [`MAX_WAIT`].
    pub(crate) fn start(
        folder: &UnprivilegedFolder,
        program: &Path,
        arguments: &[&str],
        ready: &'static str,
        stop_signal: &str,
        log: &ServerLog,
    ) -> Result<Self, String> {
        let mut command = folder.command("/bin/sh");
        command.args(["-c", SCRIPT, "sh", stop_signal]).arg(folder.path()).arg(program).args(arguments);
        // Ctrl-C in a terminal then reaches only the test, and the script ends the server.
        command.process_group(0);
        let mut shell =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut pid = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut pid).unwrap();
        let process = Self { pid: pid.trim_end().parse().unwrap(), shell };
        process.wait_until_ready(ready, log)
    }

    fn wait_until_ready(mut self, ready: &'static str, log: &ServerLog) -> Result<Self, String> {
        let stderr = self.shell.stderr.take().unwrap();
        let (sender, receiver) = mpsc::channel();
        let thread_log = log.clone();
        // The thread ends with the server, which closes its log.
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line);
                thread_log.append(&line);
                if line.contains(ready) {
                    let _ = sender.send(());
                }
            }
        });
        match receiver.recv_timeout(MAX_WAIT) {
            Ok(()) => Ok(self),
            Err(_) => Err(log.text()),
        }
    }

    /// Returns the ID of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if let Some(mut stdin) = self.shell.stdin.take() {
            let _ = stdin.write_all(b"keep\n");
        }
        let _ = self.shell.wait();
    }
}

/// Starts a server on a free port. Tries another port if a different program took the port first.
///
/// # Panics
///
/// Panics if the server does not start.
pub(crate) fn start_on_free_port(
    name: &str,
    mut start: impl FnMut(u16) -> Result<ServerProcess, String>,
) -> (ServerProcess, u16) {
    let mut log = String::new();
    for _ in 0..MAX_STARTS {
        let port = restartable_port();
        match start(port) {
            Ok(process) => return (process, port),
            Err(error) => log = error,
        }
        if !log.to_lowercase().contains("address already in use") {
            break;
        }
    }
    panic!("{name} did not start:\n{log}");
}
