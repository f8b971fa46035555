//! Tests of `txjobs login` and `txjobs profile`, and of where settings and keys come from.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;
use txjobs_test_support::{
    CommandOutput, FakeResponse, FakeServer, TestServer,
    cli::{ANY_KEY, txjobs_command},
    json_response, program,
};

use super::JOBS;

/// A folder with configuration, and commands that use it and nothing else of the machine.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("txjobs"));
        command.args(arguments).env_clear().env("TXJOBS_CONFIG_DIR", self.path()).current_dir(self.path());
        // Windows needs these to open sockets.
        for variable in ["SystemRoot", "PATH"] {
            if let Some(value) = std::env::var_os(variable) {
                command.env(variable, value);
            }
        }
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.command(arguments))
    }

    /// Logs in with a key in standard input.
    fn login(&self, arguments: &[&str], key: &str) -> CommandOutput {
        let mut command =
            self.command(&[&["login", "--key-stdin", "--key-store", "file"], arguments].concat());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{key}").unwrap();
        child.wait_with_output().unwrap().into()
    }

    fn config(&self) -> String {
        fs::read_to_string(self.path().join("config.toml")).unwrap_or_default()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }
}

#[test]
fn login_checks_the_key_and_later_commands_use_it() {
    let (server, home) = (TestServer::emulator(JOBS), Home::new());
    let refused = home.login(&["--domain", server.address()], "wr0ng-key");
    assert_eq!(refused.code, 4, "{refused:?}");
    assert_eq!(home.config(), "", "nothing is stored");

    let login = home.login(&["--domain", server.address(), "--profile", "dev"], server.key());
    assert_eq!(login.code, 0, "{login:?}");
    assert!(login.stderr.contains("It has 5 jobs"), "{login:?}");
    assert!(!home.config().contains(server.key()), "the key is not among the settings");
    let jobs = home.run(&["jobs"]);
    assert_eq!(jobs.code, 0, "{jobs:?}");

    let shown = home.run(&["profile", "show", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown[1]["Value"], server.address());
    assert_eq!(shown[1]["Source"], "profile dev");
    assert_eq!((&shown[5]["Value"], &shown[5]["Source"]), (&serde_json::Value::Null, &"key file".into()));

    assert_eq!(home.run(&["profile", "remove", "dev"]).code, 0);
    assert!(!fs::read_to_string(home.path().join("keys.toml")).unwrap().contains(server.key()));
    assert_eq!(home.run(&["profile", "list", "--json"]).stdout, "[]\n");
}

#[test]
fn stored_key_goes_only_to_its_server() {
    let (server, home) = (TestServer::emulator(JOBS), Home::new());
    let other = FakeServer::start(|_, _| FakeResponse::Send(json_response(200, "[]")));
    assert_eq!(home.login(&["--domain", server.address(), "--profile", "dev"], server.key()).code, 0);
    let result = home.run(&["jobs", "--domain", other.address()]);
    assert_eq!(result.code, 2, "{result:?}");
    assert!(result.stderr.contains("No API key"), "{result:?}");
    assert_eq!(other.requests().len(), 0, "no request was sent");
}

#[test]
fn server_of_an_unknown_project_gets_no_key() {
    let (server, home) = (TestServer::emulator(JOBS), Home::new());
    let project = tempfile::tempdir().unwrap();
    fs::write(project.path().join(".txjobs.toml"), format!("domain = {:?}\n", server.address())).unwrap();
    let jobs = |variable: &str| {
        let mut command = home.command(&["jobs"]);
        command.current_dir(project.path()).env("TXJOBS_API_KEY", server.key()).env(variable, "true");
        CommandOutput::of(&mut command)
    };
    let refused = jobs("UNRELATED");
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("Your key is not sent to it"), "{refused:?}");
    assert_eq!(jobs("CI").code, 0, "a CI system trusts its checkout");
    assert_eq!(home.login(&["--domain", server.address()], server.key()).code, 0);
    assert_eq!(jobs("UNRELATED").code, 0, "the server is in a profile now");
}

#[test]
fn option_is_preferred_to_environment_project_and_user_file() {
    let home = Home::new();
    home.write(
        "config.toml",
        "default_profile = 'a'\n[profiles.a]\ndomain = 'https://user.example.com'\n[profiles.b]\ndomain = 'https://b.example.com'\n",
    );
    let domain = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = home.command(&[&["profile", "show", "--json"], arguments].concat());
        command.envs(variables.iter().copied());
        let shown = CommandOutput::of(&mut command);
        let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        (shown[1]["Value"].as_str().unwrap().to_owned(), shown[1]["Source"].as_str().unwrap().to_owned())
    };
    let is = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    assert_eq!(domain(&[], &[]), is("https://user.example.com", "profile a"));
    home.write(".txjobs.toml", "domain = 'https://project.example.com'\n");
    let (value, source) = domain(&[], &[]);
    assert_eq!(value, "https://project.example.com");
    assert!(source.starts_with("project file "), "{source}");
    let variable = [("TXJOBS_DOMAIN", "https://variable.example.com")];
    assert_eq!(
        domain(&[], &variable),
        is("https://variable.example.com", "environment variable TXJOBS_DOMAIN")
    );
    assert_eq!(domain(&["--profile", "b"], &variable), is("https://b.example.com", "profile b"));
    let option = ["--profile", "b", "--domain", "https://option.example.com"];
    assert_eq!(domain(&option, &variable), is("https://option.example.com", "option --domain"));
    home.write(".txjobs.toml", "profile = 'b'\n");
    assert_eq!(domain(&[], &[]), is("https://b.example.com", "profile b"));
}

#[test]
fn profile_is_changed_and_its_comments_stay() {
    let home = Home::new();
    home.write("config.toml", "# mine\n[profiles.a] # first\ndomain = 'https://a.example.com'\n");
    let set = home.run(&["profile", "set", "a", "key_header=X-Key", "console=https://c.example.com"]);
    assert_eq!(set.code, 0, "{set:?}");
    assert_eq!(home.run(&["profile", "use", "a"]).code, 0);
    let text = home.config();
    assert!(text.contains("# mine") && text.contains("# first"), "{text}");
    assert!(text.contains("key_header = \"X-Key\"") && text.contains("default_profile = \"a\""), "{text}");
    assert_eq!(home.run(&["profile", "set", "a", "key_header="]).code, 0);
    assert!(!home.config().contains("key_header"));
    for invalid in [
        &["profile", "set", "a", "host=x"][..],
        &["profile", "set", "a", "insecure_http=yes"],
        &["profile", "set", "a", "domain=ftp://x"],
        &["profile", "set", "a b", "domain=x"],
        &["profile", "set", "a", "console=javascript:alert(1)"],
        &["profile", "use", "nothing"],
    ] {
        let before = home.config();
        let result = home.run(invalid);
        assert_eq!(result.code, 2, "{invalid:?}: {result:?}");
        assert_eq!(home.config(), before, "{invalid:?}");
    }
}

#[test]
fn invalid_file_is_named_with_the_place_of_the_mistake() {
    let home = Home::new();
    home.write("config.toml", "[profiles.a]\nhost = 'https://a.example.com'\n");
    let result = home.run(&["jobs"]);
    assert_eq!(result.code, 2, "{result:?}");
    assert!(result.stderr.contains("config.toml") && result.stderr.contains("line 2"), "{result:?}");
    home.write("config.toml", "");
    home.write("keys.toml", &format!("\"http://127.0.0.1:1\" = [{ANY_KEY:?}]\n"));
    home.write(
        "config.toml",
        "default_profile='a'\n[profiles.a]\ndomain = 'http://127.0.0.1:1'\nkey='file'\n",
    );
    let result = home.run(&["jobs"]);
    assert_eq!(result.code, 2, "{result:?}");
    assert!(!result.stderr.contains(ANY_KEY), "{result:?}");
}

#[test]
#[cfg(unix)]
fn key_file_is_private_and_a_public_one_has_a_warning() {
    use std::os::unix::fs::PermissionsExt;

    let (server, home) = (TestServer::emulator(JOBS), Home::new());
    assert_eq!(home.login(&["--domain", server.address()], server.key()).code, 0);
    let path = home.path().join("keys.toml");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert!(!home.run(&["jobs"]).stderr.contains("warning"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let jobs = home.run(&["jobs"]);
    assert_eq!(jobs.code, 0, "{jobs:?}");
    assert!(
        jobs.stderr.contains("Other users can read the keys") && jobs.stderr.contains("chmod 600"),
        "{jobs:?}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn missing_keyring_is_explained() {
    let (server, home) = (TestServer::emulator(JOBS), Home::new());
    let mut command = home.command(&["login", "--key-stdin", "--domain", server.address()]);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", server.key()).unwrap();
    let login: CommandOutput = child.wait_with_output().unwrap().into();
    assert_eq!(login.code, 2, "{login:?}");
    assert!(login.stderr.contains("--key-store file") && !login.stderr.contains(server.key()), "{login:?}");
    assert_eq!(home.config(), "", "no profile without its key");
}

#[test]
fn profile_does_not_apply_to_another_server() {
    let server = TestServer::emulator(JOBS);
    let home = Home::new();
    home.write(
        "config.toml",
        "default_profile='a'\n[profiles.a]\ndomain='https://a.example.com'\nkey_header='X-Other'\ninsecure_http=true\n",
    );
    let mut command = txjobs_command(&server, &["jobs"]);
    let jobs = CommandOutput::of(command.env("TXJOBS_CONFIG_DIR", home.path()));
    assert_eq!(jobs.code, 0, "the header of the profile was not used: {jobs:?}");
}
