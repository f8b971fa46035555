//! A disk that can be full or read-only: a small tmpfs in a mount namespace that ends with the test.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use txjobs_sdk::ApiKey;
use txjobs_test_support::{CommandOutput, Program, TestServer};

/// A small disk, mounted as "disk" in a folder.
pub struct SmallDisk {
    /// The process that keeps the namespace.
    holder: Child,
    /// Whether the namespace has its own users. Only such a namespace needs no root.
    has_users: bool,
    /// The folder for the configuration and files of jobs, which is not on the small disk.
    folder: TempDir,
}

impl SmallDisk {
    /// Creates a disk of this many kilobytes, mounted as "disk" in a folder with this configuration.
    pub fn new(kilobytes: u32, config: &str) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("disk")).unwrap();
        std::fs::write(folder.path().join("gateway.toml"), config).unwrap();
        for has_users in [false, true] {
            let script = "mount -t tmpfs -o size=$1k,mode=777 none \"$2\" && echo mounted && exec sleep 3600";
            let mut holder = Command::new("unshare")
                .args(["--mount", "--propagation", "private"])
                .args(has_users.then_some("--map-root-user"))
                .args(["--", "sh", "-c", script, "sh", &kilobytes.to_string()])
                .arg(folder.path().join("disk"))
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("unshare, of the package util-linux");
            let mut line = String::new();
            BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
            if line == "mounted\n" {
                return Self { holder, has_users, folder };
            }
            holder.wait().unwrap();
        }
        panic!(
            "No tmpfs can be mounted, neither as this user nor in a user namespace. Run this test as root, or allow \
             user namespaces (sysctl kernel.unprivileged_userns_clone=1)."
        );
    }

    /// Returns the folder in which the disk is mounted.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns a command of a program in the namespace with the disk.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.holder.id().to_string(), "--mount"]);
        if self.has_users {
            command.args(["--user", "--preserve-credentials"]);
        }
        command
            .arg(format!("--wdns={}", self.folder.path().display()))
            .args(["--", program])
            .env("RUST_LOG", "off");
        command
    }

    pub fn mount(&self, arguments: &[&str]) {
        CommandOutput::of(self.command("mount").args(arguments)).expect_success();
    }

    /// Runs the gateway's program for at most a minute, in case it serves although it must fail.
    pub fn run(&self, arguments: &str) -> CommandOutput {
        let mut command = self.command("timeout");
        command.arg("60").arg(Program::Gateway.path()).args(arguments.split(' '));
        CommandOutput::of(&mut command)
    }

    pub fn create_key(&self) -> ApiKey {
        let output = self.run("keys create --organization Contoso --name test --database disk/gateway.db");
        ApiKey::new(output.expect_success()).unwrap()
    }

    pub fn serve(&self, key: &ApiKey) -> TestServer {
        let program = Program::Gateway.path();
        let mut serve = self.command(program.to_str().unwrap());
        serve.args(["serve", "--listen", "127.0.0.1:0", "--database", "disk/gateway.db"]);
        TestServer::start(Program::Gateway, serve, key.clone())
    }

    /// Returns the path of a file on the disk for this process.
    pub fn path(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().strip_prefix("/").unwrap();
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(folder).join("disk").join(name)
    }

    /// Fills the disk.
    pub fn fill(&self) {
        let mut file = File::create(self.path("filler")).unwrap();
        let error = loop {
            if let Err(error) = file.write_all(&[0; 4096]) {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::StorageFull);
    }

    pub fn free(&self) {
        std::fs::remove_file(self.path("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
